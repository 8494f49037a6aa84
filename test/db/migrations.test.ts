// The migrations of this repository: from nothing, from every earlier version filled with rows, killed half-way, and
// against the schema in TypeScript. migrate.test.ts has the migrator itself.

import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schemaText } from '#db/catalog/schema-text.ts'
import { connect } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { jobOutcomes, topAnswers } from '#db/outcomes/outcome-rows.ts'
import { createEmptyDatabase, type TestDatabase } from '#test/harness/database.ts'
import { contentsOf } from './contents-of.ts'
import { fillDatabase } from './filled-database.ts'
import { loadFixtures } from './fixtures.ts'
import { MIGRATIONS, migrationTags, olderBuild } from './older-build.ts'

const ROOT = path.resolve(MIGRATIONS, '..')
/** What a migration removes or recomputes on purpose: `tag: [table or table.column]`. */
const MEANT: Record<string, string[]> = {
  // They are packed into outcome_chunks, where the tests of values find them again.
  '0011_outcomes-packed': ['outcomes'],
}
const TAGS = await migrationTags()
/** For review: its difference is what a migration does. */
const SCHEMA = path.join(ROOT, 'db', 'schema.sql')
const HEAD =
  '-- What migrations/ make of an empty database. Written by test/db/migrations.test.ts, never by hand.\n\n'

let database: TestDatabase
let client: pg.Client
beforeEach(async () => {
  database = await createEmptyDatabase()
  client = await clientOf(database.url)
})
afterEach(async () => {
  await client.end()
  await database.drop()
})

async function clientOf(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  await made.connect()
  return made
}

const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows

async function migrateTo(version: number): Promise<void> {
  await using build = await olderBuild(version + 1)
  await migrateDatabase(database.url, { folder: build.path })
}

test('every file in migrations/ is in the journal', async () => {
  const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql'))
  expect(files.sort()).toEqual(TAGS.map((tag) => `${tag}.sql`).sort())
})

describe('from an earlier version, filled,', () => {
  test.each(TAGS.map((tag, version) => ({ tag, version })))('$tag', async ({ version }) => {
    await migrateTo(version)
    await loadFixtures(database.url, version)
    const before = await contentsOf(client)
    const empty = [...before].filter(([, values]) => values.startsWith('0 '))
    expect(new Set(empty.map(([column]) => column.split('.')[0]))).toEqual(new Set())
    expect((await migrateDatabase(database.url)).applied).toBe(TAGS.length - version - 1)
    expect(await lostSince(before, version)).toEqual([])
    await expectRightValues(version)
    await expect(`${HEAD}${await schemaText(client)}`).toMatchFileSnapshot(SCHEMA)
  })

  /** Columns whose values are no longer what they were, and were not meant to change. */
  async function lostSince(before: Map<string, string>, version: number): Promise<string[]> {
    const meant = TAGS.slice(version + 1).flatMap((tag) => MEANT[tag] ?? [])
    const after = await contentsOf(client)
    return [...before]
      .filter(([column, values]) => after.get(column) !== values)
      .map(([column]) => column)
      .filter((column) => !meant.some((what) => `${column}.`.startsWith(`${what}.`)))
  }

  /** As today's queries read them. */
  async function expectRightValues(version: number): Promise<void> {
    const { db, close } = connect(database.url)
    const top = [
      { class: 1, p: 0.9 },
      { class: 0, p: 0.1 },
    ]
    expect(await jobOutcomes(db, 'job_1')).toEqual([
      { index: 0, top, latencyMs: 12.3 },
      { index: 1, top: [{ class: 0, p: 1e-30 }], latencyMs: 0 },
    ])
    const best = (await topAnswers(db, ['job_1'])).get('job_1')!
    expect([[...best.classes], [...best.probabilities]]).toEqual([
      [1, 0],
      [0.9, 1e-30],
    ])
    await close()
    expect(await rows('select sequence::int, score, threshold from decisions order by 1')).toEqual([
      [1, 0.9, 0.6],
      [2, 0.1, null],
    ])
    const hours = 'select sum(images)::int, sum(by_fallback)::int, sum(audits)::int from decision_hours'
    const audits = version < 4 ? 0 : 2
    expect(await rows(hours)).toEqual([[2, 1, audits]])
    // Audits are numbered with the decisions.
    expect(await rows('select device_id, up_to::int from decision_marks')).toEqual([['dev_1', 2 + audits]])
  }
})

test('a filled database has a row in every table, and migrating it again changes none', async () => {
  await migrateDatabase(database.url)
  const { db, close } = connect(database.url)
  await fillDatabase(db)
  await close()
  const before = await contentsOf(client)
  const empty = [...before]
    .filter(([, values]) => values.startsWith('0 '))
    .map(([column]) => column.split('.')[0])
  expect(empty).toEqual([])
  expect((await migrateDatabase(database.url)).applied).toBe(0)
  expect(await contentsOf(client)).toEqual(before)
})

test('two migrators at once apply each migration once', async () => {
  const runs = await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)])
  expect(runs.map((run) => run.applied).sort((a, b) => a - b)).toEqual([0, TAGS.length])
})

test('db/schema.sql is what the migrations make; `npx vitest run test/db/migrations.test.ts -u` writes it anew', async () => {
  await migrateDatabase(database.url)
  await expect(`${HEAD}${await schemaText(client)}`).toMatchFileSnapshot(SCHEMA)
})

/** Everything that the schema in TypeScript can say about the public schema of a database. */
async function catalogue(url: string): Promise<Record<string, string>> {
  const reader = await clientOf(url)
  const { rows } = await reader.query<{ k: string; v: string }>(`
    select 'column ' || table_name || '.' || column_name as k,
      concat_ws(' ', data_type, udt_name, is_nullable, column_default, is_identity) as v
      from information_schema.columns where table_schema = 'public'
    union all select 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace and contype not in ('n', 't')
    union all select 'index ' || indexname, replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes where schemaname = 'public'`)
  await reader.end()
  return Object.fromEntries(rows.map(({ k, v }) => [k, v]))
}

const drizzleKit = (...args: string[]) =>
  promisify(execFile)(path.join(ROOT, 'node_modules', '.bin', 'drizzle-kit'), args, { cwd: ROOT })

test('migrations/ and db/schema/ describe the same database', async () => {
  await migrateDatabase(database.url)
  const { stdout: ddl } = await drizzleKit('export')
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
