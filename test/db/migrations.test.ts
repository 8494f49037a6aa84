// The migrations of this repository: from nothing, on a filled database, and against the schema in TypeScript.
// migrate.test.ts has the migrator itself.

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { createEmptyDatabase, type TestDatabase } from '#test/harness/database.ts'
import { fillDatabase } from './filled-database.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const FOLDER = path.join(ROOT, 'migrations')
/** Rows to stand in every table behind a migration; its own later ones must keep them. */
const FIXTURES = path.join(import.meta.dirname, 'fixtures')
/** What a migration removes on purpose: `tag: [table or table.column]`. */
const MEANT: Record<string, string[]> = {}

let database: TestDatabase
let client: pg.Client
const folders: string[] = []
beforeEach(async () => {
  database = await createEmptyDatabase()
  client = await clientOf(database.url)
})
afterEach(async () => {
  await client.end()
  await database.drop()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function clientOf(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  await made.connect()
  return made
}

const rows = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows as string[][]

const tables = async () =>
  (
    await rows(`select table_name from information_schema.tables where table_schema = 'public' order by 1`)
  ).flat()

/** By `table.column`: how many values and the digest of all of them. */
async function contents(): Promise<Map<string, string>> {
  const columns = await rows(
    `select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2`,
  )
  const found = new Map<string, string>()
  for (const [table, column] of columns) {
    const [row] = await rows(
      `select concat(count(*), ' ', md5(coalesce(string_agg(x::text, '|' order by x::text), ''))) from (select "${column}" from "${table}") x`,
    )
    found.set(`${table}.${column}`, row![0]!)
  }
  return found
}

/** The first `count` migrations alone, as an older build had them. */
async function olderBuild(count: number): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-older-'))
  folders.push(folder)
  await cp(FOLDER, folder, { recursive: true })
  const file = path.join(folder, 'meta', '_journal.json')
  const journal = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return folder
}

const tags = async () =>
  (
    JSON.parse(await readFile(path.join(FOLDER, 'meta', '_journal.json'), 'utf8')).entries as {
      tag: string
    }[]
  ).map((entry) => entry.tag)

test('every file in migrations/ is in the journal', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql'))
  expect(files.sort()).toEqual((await tags()).map((tag) => `${tag}.sql`).sort())
})

test('each migration keeps every value that the ones before it left', async () => {
  for (const [i, tag] of (await tags()).entries()) {
    const before = await contents()
    await migrateDatabase(database.url, { folder: await olderBuild(i + 1) })
    const after = await contents()
    const lost = [...before].filter(
      ([column, values]) =>
        after.get(column) !== values &&
        !MEANT[tag]?.some((meant) => column === meant || column.startsWith(`${meant}.`)),
    )
    expect(lost, tag).toEqual([])
    const fixture = await readFile(path.join(FIXTURES, `${tag}.sql`), 'utf8').catch(() => undefined)
    if (fixture !== undefined) await client.query(fixture)
  }
})

test('a filled database has a row in every table, and migrating it again changes none', async () => {
  await migrateDatabase(database.url)
  const { db, close } = connect(database.url)
  await fillDatabase(db)
  await close()
  const before = await contents()
  const empty = [...before]
    .filter(([, values]) => values.startsWith('0 '))
    .map(([column]) => column.split('.')[0])
  expect(empty).toEqual([])
  expect((await migrateDatabase(database.url)).applied).toBe(0)
  expect(await contents()).toEqual(before)
})

test('two migrators at once apply each migration once', async () => {
  const runs = await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)])
  const total = (await tags()).length
  expect(runs.map((run) => run.applied).sort()).toEqual([0, total])
  expect(await tables()).toContain('rollouts')
})

/** Everything that the schema in TypeScript can say about the public schema of a database. */
async function catalogue(url: string): Promise<Record<string, string>> {
  const reader = await clientOf(url)
  const { rows } = await reader.query<{ k: string; v: string }>(`
    select 'column ' || table_name || '.' || column_name as k,
      concat_ws(' ', data_type, udt_name, is_nullable, column_default, is_identity) as v
      from information_schema.columns where table_schema = 'public'
    union all select 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
    union all select 'index ' || indexname, indexdef from pg_indexes where schemaname = 'public'`)
  await reader.end()
  return Object.fromEntries(rows.map(({ k, v }) => [k, v]))
}

test('migrations/ and db/schema/ describe the same database', async () => {
  await migrateDatabase(database.url)
  const drizzleKit = path.join(ROOT, 'node_modules', '.bin', 'drizzle-kit')
  const { stdout: ddl } = await promisify(execFile)(drizzleKit, ['export'], { cwd: ROOT })
  const fromSchema = await createEmptyDatabase()
  const builder = await clientOf(fromSchema.url)
  try {
    await builder.query(ddl)
    expect(await catalogue(database.url)).toEqual(await catalogue(fromSchema.url))
  } finally {
    await builder.end()
    await fromSchema.drop()
  }
})
