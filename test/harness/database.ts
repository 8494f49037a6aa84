// A database per test file, copied from a template that was migrated once per run: a copy takes tens of
// milliseconds, whatever the number of migrations. An advisory lock lets only one test process make it.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { migrateDatabase } from '#db/migrate.ts'
import './global-postgres.ts' // Only for the type of what it provides.

export type TestDatabase = { url: string; drop(): Promise<void> }

const TEMPLATE = 'tandem_template'

/** Migrated to this build and empty of rows. */
export async function createTestDatabase(): Promise<TestDatabase> {
  await asAdmin(ensureTemplate)
  return createDatabase(`template ${TEMPLATE}`)
}

/** With nothing in it, for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('')
}

async function createDatabase(clause: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin((admin) => admin.query(`create database ${name} ${clause}`))
  return {
    url: urlOf(name),
    drop: () => asAdmin(async (admin) => void (await admin.query(`drop database ${name} with (force)`))),
  }
}

async function ensureTemplate(admin: pg.Client): Promise<void> {
  await admin.query(`select pg_advisory_lock(hashtextextended('${TEMPLATE}', 0))`) // Given back as we disconnect.
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [TEMPLATE])
  if (rowCount) return
  // Under another name until it is complete, so that a failed migration leaves no half template.
  const draft = `${TEMPLATE}_${randomBytes(4).toString('hex')}`
  await admin.query(`create database ${draft}`)
  await migrateDatabase(urlOf(draft))
  await admin.query(`alter database ${draft} rename to ${TEMPLATE}`)
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  return url.href
}
