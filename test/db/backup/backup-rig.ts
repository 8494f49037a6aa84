// What every test of backups begins with: a filled database, its backup, and an empty database to restore into.

import { randomBytes } from 'node:crypto'
import path from 'node:path'
import pg from 'pg'
import { writeBackup } from '#db/backup/write-backup.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { contentsOf } from '../contents-of.ts'
import { openQueryRig, type QueryRig } from '../query-rig.ts'

/** What a restore changes on purpose (db/backup/settle-restored.ts). */
const SETTLED = ['manifests', 'sessions', 'enrolment_codes', 'one_time_codes']

export interface BackupRig extends AsyncDisposable {
  /** The database that was backed up. */
  readonly source: QueryRig
  readonly file: string
  /** Of the database as it was backed up, without what a restore changes: tests go on with it. */
  readonly whole: Map<string, string>
  /** A path that nothing has. */
  fresh(): string
}

export async function openBackupRig(): Promise<BackupRig> {
  const source = await openQueryRig()
  const folder = await tempFolder('backup')
  const file = path.join(folder.path, 'whole.tandem')
  await writeBackup({ url: source.url, file })
  return {
    source,
    file,
    whole: withoutSettled(await contents(source.url)),
    fresh: () => path.join(folder.path, randomBytes(4).toString('hex')),
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

export async function contents(url: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await contentsOf(client)
  } finally {
    await client.end()
  }
}

export const withoutSettled = (found: Map<string, string>): Map<string, string> =>
  new Map([...found].filter(([column]) => !SETTLED.includes(column.split('.')[0]!)))
