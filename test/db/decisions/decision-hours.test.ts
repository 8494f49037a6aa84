// What decisions add up to: each once, however many roll up at once; and the migration that brought the hours counts what
// an older build left as this one does what it stores.

import { afterEach, expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { connect, type Database } from '#db/connect.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { insertDecisions } from '#db/queries/decisions.ts'
import { insertAudits } from '#db/queries/observe/audits.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import { createEmptyDatabase, createTestDatabase } from '#test/harness/database.ts'
import { addDevice, auditAt, decisionAt } from '../filled-database.ts'
import { migrationTags, olderBuild } from '../older-build.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer()
})

async function opened(scratch: { url: string; drop(): Promise<void> }): Promise<Database> {
  const database = connect(scratch.url)
  closers.push(
    () => scratch.drop(),
    () => database.close(),
  )
  return database
}

/** Values that no bucket's end is near to. */
function decisionsOf(count: number) {
  const random = createRandom(7)
  return Array.from({ length: count }, (_, i) => ({
    ...decisionAt(i + 1),
    at: new Date(Date.UTC(2026, 0, 2, 3) + i * 60_000).toISOString(),
    tier: i % 3 === 0 ? ('edge' as const) : ('local' as const),
    totalMs: i === 5 ? 0 : 0.2 * 1.0001 ** Math.floor(random() * 120_000),
    energyJ: i === 6 ? 0 : 0.0005 * 1.0001 ** Math.floor(random() * 120_000),
    byFallback: i % 7 === 0,
  }))
}
const auditsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...auditAt(10_000 + i, 1 + (i % 2)),
    at: new Date(Date.UTC(2026, 0, 2, 3) + i * 60_000).toISOString(),
  }))

async function hoursOf(database: Database) {
  const { rows } = await database.pool.query(
    'select * from decision_hours order by hour, tier, reason, deployment_id',
  )
  return rows.map((row) => ({
    ...row,
    latency_sum_ms: row.latency_sum_ms.toPrecision(9),
    energy_sum_j: row.energy_sum_j.toPrecision(9),
  }))
}

async function folderBefore(tag: string): Promise<string> {
  const older = await olderBuild((await migrationTags()).indexOf(tag))
  closers.push(async () => older[Symbol.asyncDispose]())
  return older.path
}

test('rollUpDecisions() by four at once, while more comes, counts each decision once', async () => {
  const database = await opened(await createTestDatabase())
  const { id } = await addDevice(database.db, 'pi', 'local')
  const decisions = decisionsOf(200)
  const store = async () => {
    for (let i = 0; i < 200; i += 10) await insertDecisions(database.db, id, decisions.slice(i, i + 10))
  }
  const rollUp = async () => {
    for (let i = 0; i < 10; i++) await rollUpDecisions(database.db)
  }
  await Promise.all([store(), ...Array.from({ length: 4 }, rollUp)])
  await rollUpDecisions(database.db)
  const { rows } = await database.pool.query(`
    select sum(images)::int as images, sum(by_fallback)::int as by_fallback, sum(energy_sum_j) as energy,
      (select sum(n)::int from decision_hours, unnest(latency_counts) n) as latencies,
      (select sum(n)::int from decision_hours, unnest(energy_counts) n) as energies,
      (select count(*)::int from decision_deltas) as deltas from decision_hours`)
  const energy = decisions.reduce((sum, d) => sum + d.energyJ, 0)
  expect(rows).toMatchObject([{ images: 200, by_fallback: 29, latencies: 200, energies: 200, deltas: 0 }])
  expect(rows[0].energy).toBeCloseTo(energy, 6)
})

test('the migration that brings the hours counts what is there as storing does', async () => {
  const stored = await opened(await createTestDatabase())
  const { id } = await addDevice(stored.db, 'pi', 'local')
  const [decisions, audits] = [decisionsOf(300), auditsOf(20)]
  await insertDecisions(stored.db, id, decisions)
  await insertAudits(stored.db, id, audits)
  await rollUpDecisions(stored.db)

  const scratch = await createEmptyDatabase()
  const older = await opened(scratch)
  await migrateDatabase(scratch.url, { folder: await folderBefore('0009_decisions-by-day') })
  await older.pool.query(
    `insert into devices (id, name, tier, group_name, public_key, url, platform)
      values ($1, 'pi', 'local', 'default', '{}', 'http://pi', 'test')`,
    [id],
  )
  for (const d of decisions)
    await older.pool.query(
      `insert into decisions (device_id, sequence, at, deployment_id, tier, label, score, router, reason, total_ms,
        energy_j, by_fallback) values ($1, $2, $3, $4, $5, 1, 0.5, 'forest', $6, $7, $8, $9)`,
      [id, d.sequence, d.at, d.deploymentId, d.tier, d.decision.reason, d.totalMs, d.energyJ, d.byFallback],
    )
  for (const a of audits)
    await older.pool.query(
      `insert into audits (device_id, sequence, "of", at, deployment_id, local_label, local_score, edge_label, edge_score)
        values ($1, $2, 1, $3, $4, $5, 0.5, $6, 0.5)`,
      [id, a.sequence, a.at, a.deploymentId, a.local.label, a.edge.label],
    )
  await migrateDatabase(scratch.url)

  expect(await hoursOf(older)).toEqual(await hoursOf(stored))
  const marks = await older.pool.query('select device_id, up_to from decision_marks')
  expect(marks.rows).toEqual([{ device_id: id, up_to: '10019' }])
  // A device that sends again what the older build had stored.
  await insertDecisions(older.db, id, decisions.slice(0, 50))
  const { rows } = await older.pool.query('select count(*)::int as count from decisions')
  expect(rows).toEqual([{ count: 300 }])
})
