// What a restore would delete, for the question that is asked before it does.

import pg from 'pg'
import { filledTables } from './table-catalog.ts'

export interface DescribedDatabase {
  readonly name: string
  readonly filledTables: readonly string[]
}

export async function describeDatabase(url: string): Promise<DescribedDatabase> {
  const client = new pg.Client({ connectionString: url, application_name: 'tandem' })
  client.on('error', () => {}) // A lost connection also rejects the query under way.
  await client.connect()
  try {
    return { name: client.database ?? '', filledTables: await filledTables(client) }
  } finally {
    await client.end()
  }
}
