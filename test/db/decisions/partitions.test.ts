// Days of decisions as partitions: made ahead by many at once, with what came before them, and dropped as a whole, while
// what they add up to stays.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connect, type Database } from '#db/connect.ts'
import { dropOldPartitions } from '#db/partitions/drop-old-partitions.ts'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { insertDecisions } from '#db/queries/decisions.ts'
import { insertAudits } from '#db/queries/observe/audits.ts'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { addDevice, auditAt, decisionAt } from '../filled-database.ts'

const DAY_MS = 24 * 3_600_000
/** Noon: far from the ends of a day. */
const NOON = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2
const day = (offset: number) => new Date(NOON + offset * DAY_MS)
const stamp = (offset: number) => day(offset).toISOString().slice(0, 10).replaceAll('-', '')
const KEPT_DAYS = 30

let scratch: TestDatabase
let database: Database
let deviceId: string
beforeEach(async () => {
  scratch = await createTestDatabase()
  database = connect(scratch.url, { max: 20 })
  deviceId = (await addDevice(database.db, 'pi', 'local')).id
})
afterEach(async () => {
  await database.close()
  await scratch.drop()
})

const decided = (sequence: number, offset: number) => ({
  ...decisionAt(sequence),
  at: day(offset).toISOString(),
})
const audited = (sequence: number, offset: number) => ({
  ...auditAt(sequence, 1),
  at: day(offset).toISOString(),
})

/** Where each number lies: `20261123` or `default`. */
async function places(table: 'decisions' | 'audits' = 'decisions'): Promise<Record<number, string>> {
  const { rows } = await database.pool.query<{ sequence: string; name: string }>(
    `select sequence, tableoid::regclass::text as name from ${table} order by sequence`,
  )
  return Object.fromEntries(rows.map(({ sequence, name }) => [sequence, name.split('_').at(-1)]))
}

describe('ensurePartitions()', () => {
  test('by six at once makes each day from yesterday on once between them', async () => {
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => ensurePartitions(database.db, KEPT_DAYS, day(0))),
    )
    const made = runs.flatMap((run) => run.made)
    expect(new Set(made).size).toBe(made.length)
    const days = [-1, 0, 1, 2, 3].map(stamp)
    expect(made.sort()).toEqual(
      ['audits', 'decisions'].flatMap((table) => days.map((d) => `partitions.${table}_${d}`)),
    )
    expect((await ensurePartitions(database.db, KEPT_DAYS, day(0))).made).toEqual([])
  })

  test('takes the rows along that came before', async () => {
    await insertDecisions(database.db, deviceId, [decided(1, -40), decided(2, -7), decided(3, 0)])
    await insertAudits(database.db, deviceId, [audited(4, 0)])
    expect(await places()).toEqual({ 1: 'default', 2: 'default', 3: 'default' })
    await ensurePartitions(database.db, KEPT_DAYS, day(0))
    expect(await places()).toEqual({ 1: 'default', 2: stamp(-7), 3: stamp(0) })
    expect(await places('audits')).toEqual({ 4: stamp(0) })
  })

  test('loses and doubles nothing that is stored meanwhile', async () => {
    const store = async (i: number) =>
      insertDecisions(database.db, deviceId, [decided(2 * i + 1, 0), decided(2 * i + 2, 2)])
    await Promise.all([
      ...Array.from({ length: 12 }, (_, i) => store(i)),
      ...Array.from({ length: 3 }, () => ensurePartitions(database.db, KEPT_DAYS, day(0))),
    ])
    const found = await places()
    expect(Object.keys(found)).toHaveLength(24)
    expect(new Set(Object.values(found))).toEqual(new Set([stamp(0), stamp(2)]))
  })
})

describe('dropOldPartitions()', () => {
  test('drops the days before, by three at once, and leaves the others', async () => {
    await insertDecisions(database.db, deviceId, [decided(1, -11), decided(2, -10), decided(3, 0)])
    await ensurePartitions(database.db, KEPT_DAYS, day(0))
    const runs = await Promise.all([1, 2, 3].map(() => dropOldPartitions(database.db, 10, day(0))))
    expect(runs.flatMap((run) => run.dropped)).toEqual([`partitions.decisions_${stamp(-11)}`])
    expect(await places()).toEqual({ 2: stamp(-10), 3: stamp(0) })
  })

  test('keeps a row of a wrong clock for as long as any other, from when it came', async () => {
    await insertDecisions(database.db, deviceId, [
      { ...decisionAt(1), at: '1970-01-01T00:00:00Z' },
      { ...decisionAt(2), at: '2199-01-01T00:00:00Z' },
    ])
    expect((await dropOldPartitions(database.db, 10, day(9))).rows).toBe(0)
    expect((await dropOldPartitions(database.db, 10, day(12))).rows).toBe(2)
  })

  test('leaves what the days add up to, and a decision of then that is sent again counts no second time', async () => {
    const old = decided(1, -20)
    await insertDecisions(database.db, deviceId, [old, decided(2, 0)])
    await ensurePartitions(database.db, KEPT_DAYS, day(0))
    await dropOldPartitions(database.db, 10, day(0))
    await insertDecisions(database.db, deviceId, [old])
    await rollUpDecisions(database.db)
    expect(await places()).toEqual({ 2: stamp(0) })
    const { rows } = await database.pool.query('select images from decision_hours order by hour')
    expect(rows).toEqual([{ images: 1 }, { images: 1 }])
  })
})
