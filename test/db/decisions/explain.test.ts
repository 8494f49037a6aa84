// None of the hot queries goes through a table: PostgreSQL is asked how it would answer each statement that they send,
// on a database whose tables are large enough for it to have a choice.

import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Database } from '#db/connect.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { hotQueries } from './hot-queries.ts'
import { type SeedSize, seedFleet } from './seeded-fleet.ts'

const SIZE: SeedSize = { devices: 10_000, groups: 20, decisions: 60_000 }
/** A smaller table is read as a whole by whoever is right in the head. */
const LARGE_ROWS = 1_000

interface Statement {
  readonly text: string
  readonly values: unknown[]
}

let scratch: TestDatabase
let database: Database
let sent: Statement[] = []
beforeAll(async () => {
  scratch = await createTestDatabase()
  database = connect(scratch.url, { max: 1 })
  database.pool.on('connect', record)
  await seedFleet(database.pool, database.db, SIZE)
}, 180_000)
afterAll(async () => {
  await database.close()
  await scratch.drop()
})

/** Every statement of the client, as it was sent. */
function record(client: pg.PoolClient): void {
  const { query } = client
  client.query = ((config: unknown, ...rest: unknown[]) => {
    if (typeof config === 'object' && config !== null && 'text' in config)
      sent.push({ text: String(config.text), values: (rest[0] as unknown[]) ?? [] })
    return Reflect.apply(query, client, [config, ...rest])
  }) as typeof client.query
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly Plan[]
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

async function scannedWhole(client: pg.Client, { text, values }: Statement): Promise<string[]> {
  const { rows } = await client.query(`explain (format json) ${text}`, values)
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name']!)
}

async function largeTables(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query(
    `select relname from pg_class where relkind = 'r' and reltuples >= $1
      and relnamespace in ('public'::regnamespace, 'partitions'::regnamespace)`,
    [LARGE_ROWS],
  )
  return new Set(rows.map(({ relname }) => relname))
}

test('no hot query scans a large table', { timeout: 120_000 }, async () => {
  const client = new pg.Client({ connectionString: scratch.url })
  await client.connect()
  try {
    const large = await largeTables(client)
    expect([...large].filter((name) => name.startsWith('decisions_')).length).toBeGreaterThan(15)
    expect(large).toContain('devices')
    const found: string[] = []
    for (const { name, ask } of hotQueries(database.db, SIZE)) {
      sent = []
      await ask(1)
      const asked = sent.filter(({ text }) => /^\s*(select|update|insert|with|delete)\b/i.test(text))
      expect(asked.length, name).toBeGreaterThan(0)
      for (const statement of asked)
        for (const table of await scannedWhole(client, statement))
          if (large.has(table)) found.push(`${name}: ${table}`)
    }
    expect(found).toEqual([])
    // That a scan would be seen.
    expect(
      await scannedWhole(client, { text: 'select count(*) from devices where url = $1', values: ['x'] }),
    ).toEqual(['devices'])
  } finally {
    await client.end()
  }
})
