// A migrated database of a test file's own with a row in every table, and a way to do a thing many times at once.

import { connect, type Database } from '#db/connect.ts'
import { createTestDatabase } from '#test/harness/database.ts'
import { type FilledDatabase, fillDatabase } from './filled-database.ts'

export interface QueryRig extends AsyncDisposable {
  readonly database: Database
  readonly url: string
  readonly filled: FilledDatabase
}

export async function openQueryRig(): Promise<QueryRig> {
  const scratch = await createTestDatabase()
  const database = connect(scratch.url, { max: 20 })
  return {
    database,
    url: scratch.url,
    filled: await fillDatabase(database.db),
    async [Symbol.asyncDispose]() {
      await database.close()
      await scratch.drop()
    },
  }
}

export const times = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))
