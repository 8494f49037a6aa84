// Decisions as many devices hand them in at once, over the devices' REST and into real partitions: each is stored once,
// whatever comes again or under an old number, and a row that cannot be stored is its own device's matter alone.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePartitions } from '#db/partitions/ensure-partitions.ts'
import { type Control, errorOf, jsonBody, openControl } from '../control-rig.ts'
import { enrolDevice, type FakeDevice } from '../fake-device.ts'

let control: Control
let devices = 0
beforeAll(async () => {
  control = await openControl()
  await ensurePartitions(control.ctx.db, 30)
})
afterAll(() => control[Symbol.asyncDispose]())

const newDevice = () => enrolDevice(control, { name: `pi-${++devices}`, tier: 'local' })

const NOW = Date.now()
const DAY_MS = 24 * 3_600_000

const decision = (sequence: number, more: object = {}) => ({
  sequence,
  at: new Date(NOW - 60_000 + sequence).toISOString(),
  deploymentId: 'dep_1',
  tier: 'local',
  label: 1,
  score: 0.5,
  decision: { router: 'forest', version: 1, score: 0.25, threshold: 0.5, reason: 'routed' },
  totalMs: 12.5,
  energyJ: 0.5,
  byFallback: false,
  ...more,
})
const audit = (sequence: number, of: number) => ({
  kind: 'audit',
  sequence,
  of,
  at: new Date(NOW - 60_000 + sequence).toISOString(),
  deploymentId: 'dep_1',
  local: { label: 1, score: 0.5 },
  edge: { label: 2, score: 0.75 },
})

const upload = (device: FakeDevice, decisions: unknown[], audits?: unknown[]) =>
  device.send('/decisions', jsonBody(audits ? { decisions, audits } : { decisions }))

const upTo = async (device: FakeDevice, decisions: unknown[], audits?: unknown[]) =>
  ((await (await upload(device, decisions, audits)).json()) as { upTo: number }).upTo

async function stored(device: FakeDevice, columns = 'sequence, total_ms'): Promise<unknown[][]> {
  const { rows } = await control.database.pool.query({
    text: `select ${columns} from decisions where device_id = $1 order by sequence, at`,
    values: [device.id],
    rowMode: 'array',
  })
  return rows as unknown[][]
}

const sequences = async (device: FakeDevice) => (await stored(device)).map(([sequence]) => Number(sequence))

const partitionsOf = async (device: FakeDevice) =>
  (await stored(device, `tableoid::regclass::text`)).map(([name]) => String(name))

describe('decisions', () => {
  test('of forty devices at once are all there, each under its own device', async () => {
    const fleet = await Promise.all(Array.from({ length: 40 }, newDevice))
    const batch = Array.from({ length: 50 }, (_, i) => decision(i + 1))
    expect(await Promise.all(fleet.map((device) => upTo(device, batch)))).toEqual(fleet.map(() => 50))
    for (const device of fleet) expect(await sequences(device)).toEqual(batch.map((d) => d.sequence))
  })

  test('that come again, in part, twice at once and out of order, are stored once', async () => {
    const device = await newDevice()
    const from = (first: number, count: number) =>
      Array.from({ length: count }, (_, i) => decision(first + i))
    await Promise.all([
      upload(device, from(5, 4)),
      upload(device, from(1, 4)),
      upload(device, from(3, 4)),
      upload(device, from(1, 8)),
    ])
    expect(await sequences(device)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(await upTo(device, from(2, 3))).toBe(8)
  })

  test('twice under one number in one upload count once', async () => {
    const device = await newDevice()
    await upload(device, [decision(1), decision(1, { totalMs: 99 })])
    expect(await stored(device)).toEqual([['1', 12.5]])
  })

  test('under a number that is taken stay out, also of another time: a device has lost its disk', async () => {
    const device = await newDevice()
    await upload(device, [decision(1), decision(2)])
    const other = decision(2, { at: new Date(NOW - 2 * DAY_MS).toISOString(), totalMs: 99 })
    expect(await upTo(device, [other])).toBe(2)
    expect(await stored(device)).toEqual([
      ['1', 12.5],
      ['2', 12.5],
    ])
  })

  test('and audits have one acknowledgement', async () => {
    const device = await newDevice()
    expect(await upTo(device, [decision(1)], [audit(2, 1)])).toBe(2)
    expect(await upTo(device, [], [audit(2, 1), audit(3, 1)])).toBe(3)
    const { rows } = await control.database.pool.query('select sequence from audits where device_id = $1', [
      device.id,
    ])
    expect(rows.map((row) => Number(row.sequence))).toEqual([2, 3])
  })

  test('keep tabs, backslashes and line ends in what they name', async () => {
    const device = await newDevice()
    const deploymentId = 'dep\t\\N\\t\n\r\\.\u2028ü'
    await upload(device, [decision(1, { deploymentId, requestId: '\\t\\N' })])
    expect(await stored(device, 'deployment_id, request_id')).toEqual([[deploymentId, '\\t\\N']])
  })
})

describe('a clock', () => {
  test.each<[string, string, string]>([
    ['of today', new Date(NOW).toISOString(), 'day'],
    ['of the year 0', '0000-01-01T00:00:00Z', 'default'],
    ['of 1970', '1970-01-01T00:00:01.5Z', 'default'],
    ['of the year 9999', '9999-12-31T23:59:59.999Z', 'default'],
  ])('%s loses nothing', async (_, at, where) => {
    const device = await newDevice()
    expect(await upTo(device, [decision(1, { at })])).toBe(1)
    expect(await upTo(device, [decision(1, { at }), decision(2, { at })])).toBe(2)
    expect(await sequences(device)).toEqual([1, 2])
    const day = new Date(NOW).toISOString().slice(0, 10).replaceAll('-', '')
    const name = where === 'day' ? `partitions.decisions_${day}` : 'partitions.decisions_default'
    expect(await partitionsOf(device)).toEqual([name, name])
    const [[arrived]] = (await stored(device, 'arrived_at is not null')) as [[boolean]]
    expect(arrived).toBe(where === 'default')
  })
})

describe('a row that PostgreSQL cannot store', () => {
  test.each<[string, object]>([
    ['a NUL in a text', { deploymentId: 'dep\0' }],
    ['a name longer than an index takes', { deploymentId: randomBytes(9_000).toString('hex') }],
    ['a number that is not one of 64 bits', { sequence: 1e300 }],
  ])('%s is refused to its own device alone, among others that come with it', async (_, bad) => {
    const fleet = await Promise.all(Array.from({ length: 9 }, newDevice))
    const answers = await Promise.all(
      fleet.map((device, i) => upload(device, i === 4 ? [decision(1), decision(2, bad)] : [decision(1)])),
    )
    expect(answers.map(({ status }) => status)).toEqual(fleet.map((_, i) => (i === 4 ? 400 : 200)))
    expect((await errorOf(answers[4]!)).code).toBe('invalid')
    const kept = await Promise.all(fleet.map(sequences))
    expect(kept).toEqual(fleet.map((_, i) => (i === 4 ? [] : [1])))
  })
})
