// The migrator itself, on folders of its own: in order, once, by many at once, and a refusal of every history that does not
// fit. migrations.test.ts has this repository’s.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrateDatabase } from '#db/migrate.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { until } from '#test/harness/until.ts'

type Migration = { tag: string; when: number; sql: string }

const dogs = { tag: '0000_dogs', when: 100, sql: 'create table dogs (name text)' }
const cats = {
  tag: '0001_cats',
  when: 200,
  sql: `create table cats (name text);--> statement-breakpoint\ninsert into dogs values ('Rex')`,
}

let database: TestDatabase
const folders: string[] = []

beforeEach(async () => {
  database = await createEmptyDatabase()
})
afterEach(async () => {
  await database.drop()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function folderOf(migrations: readonly Migration[]): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-migrations-'))
  folders.push(folder)
  mkdirSync(path.join(folder, 'meta'))
  for (const { tag, sql } of migrations) writeFileSync(path.join(folder, `${tag}.sql`), sql)
  const entries = migrations.map(({ tag, when }, idx) => ({
    idx,
    version: '7',
    when,
    tag,
    breakpoints: true,
  }))
  writeFileSync(
    path.join(folder, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
  )
  return folder
}

const run = (...migrations: Migration[]) => migrateDatabase(database.url, { folder: folderOf(migrations) })

async function rowsOf(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows.flat()
}

const tables = () =>
  rowsOf(`select table_name from information_schema.tables where table_schema = 'public' order by 1`)

describe('migrateDatabase()', () => {
  test('from empty applies every file', async () => {
    expect(await run(dogs, cats)).toEqual({ applied: 2, total: 2 })
    expect(await tables()).toEqual(['cats', 'dogs'])
  })

  test('a second time changes nothing', async () => {
    await run(dogs, cats)
    expect(await run(dogs, cats)).toEqual({ applied: 0, total: 2 })
    expect(await rowsOf('select name from dogs')).toEqual(['Rex'])
  })

  test('applies only what is new', async () => {
    await run(dogs)
    expect(await run(dogs, cats)).toEqual({ applied: 1, total: 2 })
  })

  test('six at once apply each file once between them', async () => {
    const folder = folderOf([dogs, cats])
    const runs = await Promise.all(Array.from({ length: 6 }, () => migrateDatabase(database.url, { folder })))
    expect(runs.map(({ applied }) => applied).sort()).toEqual([0, 0, 0, 0, 0, 2])
    expect(await rowsOf('select name from dogs')).toEqual(['Rex'])
  })

  test('the migrations of this repository apply from empty', async () => {
    const { applied, total } = await migrateDatabase(database.url)
    expect(applied).toBe(total)
    expect(await migrateDatabase(database.url)).toEqual({ applied: 0, total })
  })
})

describe('migrateDatabase() refuses', () => {
  const renamed = { ...dogs, sql: 'create table hounds (name text)' }
  const late = { tag: '0001_late', when: 150, sql: 'create table late (name text)' }
  test.each<[string, Migration[], Migration[], string, string]>([
    ['an applied file that was edited', [dogs, cats], [renamed, cats], 'edited', '"0000_dogs.sql"'],
    ['an applied file that was removed', [dogs, cats], [cats], 'edited', '"0001_cats.sql"'],
    ['a file merged in before an applied one', [dogs, cats], [dogs, late, cats], 'edited', '"0001_late.sql"'],
    ['an applied file with another time', [dogs], [{ ...dogs, when: 101 }], 'edited', '"0000_dogs.sql"'],
    ['a database that is ahead of this build', [dogs, cats], [dogs], 'ahead', 'ahead of this build'],
    ['times that do not grow', [dogs], [dogs, { ...cats, when: 100 }], 'out_of_order', '"0001_cats.sql"'],
  ])('%s', async (_, first, second, code, words) => {
    await run(...first)
    const before = await tables()
    await expect(run(...second)).rejects.toMatchObject({
      name: 'MigrationRefused',
      code,
      message: expect.stringContaining(words),
    })
    expect(await tables()).toEqual(before)
  })

  test('a folder without a journal', async () => {
    const folder = path.join(os.tmpdir(), 'tandem-no-such-folder')
    await expect(migrateDatabase(database.url, { folder })).rejects.toMatchObject({ code: 'unreadable' })
  })

  test('a statement that fails, by the name of its file, and keeps nothing of any pending file', async () => {
    const bad = { tag: '0001_bad', when: 200, sql: 'create table a ();--> statement-breakpoint\nselect 1/0' }
    const attempt = run(dogs, bad)
    await expect(attempt).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('"0001_bad.sql"'),
    })
    await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('1/0') })
    expect(await tables()).toEqual([])
    expect(await run(dogs, cats)).toEqual({ applied: 2, total: 2 })
  })
})

test('a migrator that is killed half-way leaves nothing half-done, and the next one does it all', async () => {
  // The second file waits where the test can see it, with everything of the first and half of its own done.
  const waiting = {
    tag: '0001_waiting',
    when: 200,
    sql: 'create table cats (name text);--> statement-breakpoint\nselect pg_advisory_xact_lock(4711)',
  }
  const folder = folderOf([dogs, waiting])
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  await holder.query('select pg_advisory_lock(4711)')
  const program = `import { migrateDatabase } from '#db/migrate.ts'
    await migrateDatabase(process.argv[1], { folder: process.argv[2] })`
  const migrator = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program, database.url, folder],
    { stdio: 'inherit' },
  )
  const backends = async (condition: string) =>
    rowsOf(`select pid from pg_stat_activity where application_name = 'tandem migrate'
      and datname = current_database() and ${condition}`)
  await until(
    'it waits in its second file',
    async () => (await backends(`wait_event = 'advisory'`)).length > 0,
    30_000,
  )
  const ended = once(migrator, 'exit')
  migrator.kill('SIGKILL')
  await ended
  await holder.end()
  await until('PostgreSQL has noticed', async () => (await backends('true')).length === 0, 30_000)
  expect(await tables()).toEqual([])
  expect(await migrateDatabase(database.url, { folder })).toEqual({ applied: 2, total: 2 })
  expect(await tables()).toEqual(['cats', 'dogs'])
})

test('createTestDatabase() copies one migrated template for all who ask at once', async () => {
  const copies = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase()))
  const runs = await Promise.all(copies.map(({ url }) => migrateDatabase(url)))
  expect(runs.every(({ applied, total }) => applied === 0 && total > 0)).toBe(true)
  await Promise.all(copies.map((copy) => copy.drop()))
})
