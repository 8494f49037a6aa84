// Brings a database up to this build. drizzle's migrate() alone has no lock, skips a migration that is merged
// late and does not notice an edited one; so we first prove that what was applied is a prefix of the files, and
// hold an advisory lock meanwhile. Lock and migrations share one connection of their own: should it break, the
// transaction goes with the lock. It must reach PostgreSQL itself, not a pooler that shares sessions.
// Leaves out: downgrades. All pending files run in one transaction, so CREATE INDEX CONCURRENTLY cannot.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { z } from 'zod'
import { pgFailure } from './db.ts'

export type MigrationRefusedCode =
  | 'unreadable' // no journal, or a file that it names is missing
  | 'out_of_order' // a file is not younger than the one before it
  | 'edited' // an applied file was changed, moved or removed
  | 'ahead' // the database knows migrations that this build does not
  | 'locked' // somebody else migrates or holds a table
  | 'failed' // PostgreSQL refused a statement

export class MigrationRefused extends Error {
  readonly code: MigrationRefusedCode

  constructor(code: MigrationRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MigrationRefused'
    this.code = code
  }
}

const ownFolder = fileURLToPath(new URL('../migrations', import.meta.url))
// Another replica's migrations may take minutes; after this long an operator should look.
const TURN_MAX = '5min'
// A table lock that is waited for also blocks every query behind it: rather fail and be run again.
const TABLE_LOCK_MAX = '10s'

/** Throws MigrationRefused, having changed nothing, or the driver's error if the server is out of reach. */
export async function migrateDatabase(
  url: string,
  { folder = ownFolder }: { folder?: string } = {},
): Promise<{ applied: number; total: number }> {
  const files = await readMigrations(folder)
  const client = new pg.Client({ connectionString: url, application_name: 'tandem migrate' })
  client.on('error', () => {}) // A lost connection also rejects the query under way.
  await client.connect()
  try {
    await waitForTurn(client)
    const before = await appliedMigrations(client)
    expectPrefix(before, files)
    await applyPending(client, folder, files)
    return { applied: files.length - before.length, total: files.length }
  } finally {
    await client.end() // Also gives the advisory lock back.
  }
}

export type MigrationFile = { name: string; when: number; hash: string; text: string }
type AppliedMigration = { hash: string; when: string }

const Journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.int() })) })

export async function readMigrations(folder: string = ownFolder): Promise<MigrationFile[]> {
  const { entries } = await readJournal(path.join(folder, 'meta', '_journal.json'))
  const files = await Promise.all(
    entries.map(async ({ tag, when }) => {
      const text = await readOrRefuse(path.join(folder, `${tag}.sql`))
      return { name: `${tag}.sql`, when, text, hash: createHash('sha256').update(text).digest('hex') }
    }),
  )
  for (const [i, file] of files.entries()) {
    const earlier = files[i - 1]
    if (earlier && file.when <= earlier.when) {
      throw new MigrationRefused(
        'out_of_order',
        `Cannot use migration "${file.name}": its time in the journal is not after that of "${earlier.name}", expected times that grow; generate it again on top`,
      )
    }
  }
  return files
}

async function readJournal(file: string): Promise<z.infer<typeof Journal>> {
  const text = await readOrRefuse(file)
  try {
    return Journal.parse(JSON.parse(text))
  } catch (cause) {
    throw new MigrationRefused(
      'unreadable',
      `Cannot read migrations "${file}": not a drizzle journal, expected entries with tag and when`,
      { cause },
    )
  }
}

async function readOrRefuse(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new MigrationRefused(
      'unreadable',
      `Cannot read migrations "${file}": the file is missing or not readable, expected it beside the journal`,
      { cause },
    )
  }
}

async function waitForTurn(client: pg.Client): Promise<void> {
  await client.query(`set lock_timeout = '${TURN_MAX}'`)
  try {
    await client.query(`select pg_advisory_lock(hashtextextended('tandem.migrate', 0))`)
  } catch (cause) {
    if (pgFailure(cause)?.code !== '55P03') throw cause
    throw new MigrationRefused(
      'locked',
      `Cannot migrate database "${client.database}": another process has been migrating it for ${TURN_MAX}, expected it to finish`,
      { cause },
    )
  }
  await client.query(`set lock_timeout = '${TABLE_LOCK_MAX}'`)
}

async function appliedMigrations(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  )
  if (!rows[0]?.there) return []
  const applied = await client.query<AppliedMigration>(
    `select hash, created_at as "when" from drizzle.__drizzle_migrations order by created_at, id`,
  )
  return applied.rows
}

// The times must match as well: drizzle goes by them alone when it decides what is pending.
function expectPrefix(applied: readonly AppliedMigration[], files: readonly MigrationFile[]): void {
  for (const [i, { hash, when }] of applied.entries()) {
    const file = files[i]
    if (!file) {
      throw new MigrationRefused(
        'ahead',
        `Cannot migrate database: it is ahead of this build, with ${applied.length} migrations applied, expected at most ${files.length}; run the newer build`,
      )
    }
    if (hash !== file.hash || when !== String(file.when)) {
      throw new MigrationRefused(
        'edited',
        `Cannot migrate database: migration "${file.name}" differs from number ${i} as it was applied, expected applied files unchanged and in place; restore it and add a new one`,
      )
    }
  }
}

async function applyPending(
  client: pg.Client,
  folder: string,
  files: readonly MigrationFile[],
): Promise<void> {
  try {
    await migrate(drizzle(client), { migrationsFolder: folder })
  } catch (cause) {
    const failure = pgFailure(cause)
    if (!failure) throw cause
    const statement = (cause as { query?: string }).query
    const name = files.findLast((file) => statement && file.text.includes(statement))?.name ?? folder
    throw new MigrationRefused(
      failure.code === '55P03' ? 'locked' : 'failed',
      `Cannot apply migration "${name}": PostgreSQL refused it with ${failure.code}, expected it to succeed; nothing was changed`,
      { cause },
    )
  }
}
