// A restore: the file is read to its end and checked first, then once more into the database, in one transaction that
// makes the schema of the backup, loads the rows and checks every constraint over them. Whatever goes wrong on the way,
// the database is as it was. Files go into the store before that commits: they are content-addressed, and one that no
// row names is collected in time.

import pg from 'pg'
import { type MigrationFile, readMigrations } from '../migrate.ts'
import { artifactOfEntry, type BackupArtifacts } from './backup-artifacts.ts'
import { BackupRefused } from './backup-refused.ts'
import { CopyIn } from './copy-in.ts'
import { emptyDatabase } from './empty-database.ts'
import type { BackupHead, OnProgress } from './file/backup-format.ts'
import { readEntries } from './file/backup-reader.ts'
import { makeSchema, setAside } from './fresh-schema.ts'
import { settleRestored } from './settle-restored.ts'
import { filledTables } from './table-catalog.ts'
import { tableOfEntry, type VerifiedBackup, verifyBackup } from './verify-backup.ts'

export interface RestoreOptions {
  readonly url: string
  readonly file: string
  /** Where files in the backup go; they are left out without. */
  readonly artifacts?: BackupArtifacts
  /** Delete what is in the database. */
  readonly replace?: boolean
  readonly onProgress?: OnProgress
}

export interface RestoredBackup {
  readonly createdAt: string
  readonly rows: number
  readonly tables: number
  readonly files: number
  /** Migrations that this build has beyond the backup's: the next start applies them. */
  readonly pending: number
}

/** Throws BackupRefused, or what the database or the disk said; then nothing was changed. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const verified = await verifyBackup(options.file, { onProgress: options.onProgress })
  const files = await knownMigrations(options.file, verified.head)
  const client = new pg.Client({ connectionString: options.url, application_name: 'tandem restore' })
  client.on('error', () => {}) // A lost connection also rejects the query under way.
  await client.connect()
  try {
    await client.query('begin')
    await holdDatabase(client, options)
    await emptyDatabase(client)
    await makeSchema(client, files.own)
    const loaded = await load(client, verified, options)
    await settleRestored(client)
    await client.query('commit')
    await client.query('analyze')
    return { ...loaded, createdAt: verified.head.createdAt, pending: files.pending }
  } finally {
    await client.end() // Without a commit it rolls back.
  }
}

async function knownMigrations(
  file: string,
  { migrations }: BackupHead,
): Promise<{ own: MigrationFile[]; pending: number }> {
  const known = await readMigrations()
  if (migrations.some(({ hash, when }, i) => known[i]?.hash !== hash || String(known[i].when) !== when))
    throw new BackupRefused(
      'other_schema',
      `Cannot restore backup "${file}": its schema has ${migrations.length} migrations, expected the first of this build's ${known.length}; use the build that it was made by, or a newer one`,
    )
  const own = known.slice(0, migrations.length)
  return { own, pending: known.length - own.length }
}

/** Nobody migrates meanwhile, nobody is connected, and nothing is there that nobody wants deleted. */
async function holdDatabase(client: pg.Client, { file, replace }: RestoreOptions): Promise<void> {
  const refuse = (code: 'in_use' | 'not_empty', what: string, expected: string) => {
    throw new BackupRefused(
      code,
      `Cannot restore backup "${file}" into database "${client.database}": ${what}, expected ${expected}`,
    )
  }
  const { rows } = await client.query<{ got: boolean; others: number }>(`
    select pg_try_advisory_xact_lock(hashtextextended('tandem.migrate', 0)) as got,
      (select count(*)::int from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid() and backend_type = 'client backend') as others`)
  const { got, others } = rows[0]!
  if (!got) refuse('in_use', 'somebody migrates it', 'nobody to')
  if (others > 0)
    refuse('in_use', `${others} others are connected to it`, 'none; stop the control plane and its workers')
  if (replace) return
  const filled = await filledTables(client)
  if (filled.length > 0)
    refuse('not_empty', `${filled.length} tables have rows (${filled[0]}, ...)`, 'an empty one')
}

type Loaded = Pick<RestoredBackup, 'rows' | 'tables' | 'files'>

async function load(
  client: pg.Client,
  { head, end }: VerifiedBackup,
  { file, artifacts, onProgress }: RestoreOptions,
): Promise<Loaded> {
  await makePartitions(client, head)
  const putBack = await setAside(
    client,
    head.tables.map(({ name }) => name),
  )
  const rowsOf = new Map<string, number>()
  let files = 0
  let open: { name: string; copy: CopyIn } | undefined
  const closeTable = async () => {
    if (open) rowsOf.set(open.name, await open.copy.end())
    open = undefined
  }
  for await (const entry of readEntries(file, { onRead: (done, all) => onProgress?.('load', done, all) })) {
    const name = tableOfEntry(entry.name)
    if (open && open.name !== name) await closeTable()
    const artifact = artifactOfEntry(entry.name)
    if (name !== undefined) {
      open ??= { name, copy: new CopyIn(client, head.tables.find((table) => table.name === name)!) }
      for await (const chunk of entry.chunks) await open.copy.write(chunk)
    } else if (artifact && artifacts) {
      const { digest } = artifact
      const { sizeBytes } = entry
      await artifacts[artifact.kind].put(entry.chunks, { digest, sizeBytes, sizeMaxBytes: sizeBytes })
      files++
    } else for await (const _ of entry.chunks);
  }
  await closeTable()
  const odd = end.tables.find(({ name, rows }) => (rowsOf.get(name) ?? 0) !== rows)
  if (odd)
    throw new BackupRefused(
      'damaged',
      `Cannot restore backup "${file}": "${odd.name}" got ${rowsOf.get(odd.name) ?? 0} rows, expected ${odd.rows}`,
    )
  await putBack()
  for (const { name, last, isCalled } of head.sequences)
    await client.query('select setval($1::regclass, $2::bigint, $3)', [name, last, isCalled])
  return { rows: end.tables.reduce((sum, { rows }) => sum + rows, 0), tables: head.tables.length, files }
}

/** Days and months that no migration knows of. */
async function makePartitions(client: pg.Client, { tables }: BackupHead): Promise<void> {
  for (const { name, of, bound } of tables)
    if (of !== null && bound !== null)
      await client.query(`create table if not exists ${name} partition of ${of} ${bound}`)
}
