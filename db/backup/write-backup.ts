// A logical backup: all rows by COPY in one REPEATABLE READ snapshot, so that the file is one moment of the database
// however long it takes and whoever writes meanwhile. Tables are held against being dropped (a partition's retention
// waits); nobody else notices anything.

import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { readMigrations } from '../migrate.ts'
import { type BackupArtifacts, writeArtifacts } from './backup-artifacts.ts'
import { BackupRefused } from './backup-refused.ts'
import {
  type BackupEnd,
  type BackupHead,
  END_NAME,
  FORMAT,
  HEAD_NAME,
  type OnProgress,
  type TableEnd,
} from './file/backup-format.ts'
import { BackupWriter } from './file/backup-writer.ts'
import { appliedMigrations, listSequences, listTables, type TableSource } from './table-catalog.ts'

/** A tar must know sizes beforehand: rows are collected up to this much. */
const PIECE_BYTES = 4_000_000

export interface BackupOptions {
  readonly url: string
  readonly file: string
  /** Whose files go along; none without. */
  readonly artifacts?: BackupArtifacts
  readonly onProgress?: OnProgress
}

export interface WrittenBackup {
  readonly sizeBytes: number
  readonly rows: number
  readonly tables: number
  readonly files: number
  /** Digests that the database vouches for and the store does not have. */
  readonly missing: readonly string[]
}

/** Throws BackupRefused, or what the database or the disk said; then no file is left. */
export async function writeBackup(options: BackupOptions): Promise<WrittenBackup> {
  await refuseExisting(options.file)
  const client = new pg.Client({ connectionString: options.url, application_name: 'tandem backup' })
  client.on('error', () => {}) // A lost connection also rejects the query under way.
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    // Text that means the same wherever it is read: the server's own settings may be anything.
    await client.query(
      `set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local timezone = 'UTC';
       set local extra_float_digits = 1; set local bytea_output = 'hex'; set local statement_timeout = 0;
       set local client_encoding = 'UTF8'; set local idle_in_transaction_session_timeout = 0`,
    )
    return await writeSnapshot(client, options)
  } finally {
    await client.end()
  }
}

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (isThere)
    throw new BackupRefused(
      'exists',
      `Cannot write backup "${file}": it exists, expected a name that is free`,
    )
}

async function writeSnapshot(client: pg.Client, options: BackupOptions): Promise<WrittenBackup> {
  const tables = await listTables(client)
  const head = await headOf(client, tables)
  await expectKnownSchema(head)
  for (const { name } of tables) await client.query(`lock table ${name} in access share mode`)
  await using writer = new BackupWriter(options.file, new Date(head.createdAt))
  await writer.add(HEAD_NAME, Buffer.from(JSON.stringify(head, null, 2)))
  const ends = await writeTables(client, tables, { writer, onProgress: options.onProgress })
  const files = await writeArtifacts(client, writer, options)
  const end: BackupEnd = { tables: ends, ...files }
  await writer.add(END_NAME, Buffer.from(JSON.stringify(end, null, 2)))
  return {
    sizeBytes: await writer.finish(),
    rows: ends.reduce((sum, { rows }) => sum + rows, 0),
    tables: ends.length,
    files: files.artifacts + files.captures,
    missing: files.missing,
  }
}

async function headOf(client: pg.Client, tables: readonly TableSource[]): Promise<BackupHead> {
  const { rows } = await client.query(`select current_setting('server_version') as version`)
  return {
    tandem: 'backup',
    format: FORMAT,
    createdAt: new Date().toISOString(),
    postgres: rows[0].version,
    migrations: await appliedMigrations(client),
    tables: tables.map(({ name, columns, of, bound }) => ({ name, columns, of, bound })),
    sequences: await listSequences(client),
  }
}

/** A restore makes the schema by the migrations: they must be ones that are known. */
async function expectKnownSchema({ migrations }: BackupHead): Promise<void> {
  const known = await readMigrations()
  const isPrefix =
    migrations.length > 0 &&
    migrations.every(({ hash }, i) => known[i] !== undefined && known[i].hash === hash)
  if (!isPrefix)
    throw new BackupRefused(
      'not_migrated',
      `Cannot back up database: ${migrations.length} migrations are applied to it, expected some of this build's ${known.length}; start the control plane on it once, or use its own build`,
    )
}

interface Target {
  readonly writer: BackupWriter
  readonly onProgress: OnProgress | undefined
}

async function writeTables(
  client: pg.Client,
  tables: readonly TableSource[],
  { writer, onProgress }: Target,
): Promise<TableEnd[]> {
  const total = tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const ends: TableEnd[] = []
  let before = 0
  for (const table of tables) {
    const at = (bytes: number) =>
      onProgress?.('rows', Math.round(before + Math.min(bytes, table.sizeBytes)), Math.round(total))
    ends.push(await writeTable(client, table, { writer, at }))
    before += table.sizeBytes
    at(0)
  }
  return ends
}

async function writeTable(
  client: pg.Client,
  { name, columns }: TableSource,
  { writer, at }: { writer: BackupWriter; at: (bytes: number) => void },
): Promise<TableEnd> {
  const rows = client.query(copyTo(`copy ${name} (${columns.join(', ')}) to stdout`))
  const hash = createHash('sha256')
  let bytes = 0
  let pieces = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0
  const flush = async () => {
    if (waitingBytes === 0) return
    await writer.add(`tables/${name}/${String(++pieces).padStart(6, '0')}`, Buffer.concat(waiting))
    waiting = []
    waitingBytes = 0
    at(bytes)
  }
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes >= PIECE_BYTES) await flush()
  }
  await flush()
  return { name, rows: rows.rowCount, bytes, sha256: hash.digest('hex') }
}
