// Decisions as people ask for them: page after page, by what they were and when, and what they add up to by the hour.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rollUpDecisions } from '#db/queries/observe/decision-hours.ts'
import { type Control, jsonBody, openControl, refusalOf } from '../control-rig.ts'
import { enrolDevice } from '../fake-device.ts'

const HOUR = Date.UTC(2026, 0, 2, 3)
const COUNT = 30

let control: Control
let pi: string
beforeAll(async () => {
  control = await openControl()
  const device = await enrolDevice(control, { name: 'pi', tier: 'local' })
  const other = await enrolDevice(control, { name: 'other', tier: 'local' })
  pi = device.id
  const decisions = Array.from({ length: COUNT }, (_, i) => ({
    sequence: i + 1,
    // Three have the same time, so that a page may end among them.
    at: new Date(HOUR + Math.floor(i / 3) * 600_000).toISOString(),
    deploymentId: i % 2 === 0 ? 'dep_even' : 'dep_odd',
    tier: i % 5 === 0 ? 'edge' : 'local',
    label: 1,
    score: 0.5,
    decision: {
      router: 'forest',
      version: 1,
      score: 0.25,
      threshold: 0.5,
      reason: i === 7 ? 'deadline' : 'routed',
    },
    totalMs: 100,
    energyJ: 0.5,
    byFallback: false,
  }))
  for (const one of [device, other])
    expect((await one.send('/decisions', jsonBody({ decisions }))).status).toBe(200)
  await rollUpDecisions(control.ctx.db)
})
afterAll(() => control[Symbol.asyncDispose]())

type Ask = NonNullable<Parameters<Control['admin']['decisions']['list']['query']>[0]>

async function all(ask: Ask) {
  const found = []
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<Control['admin']['decisions']['list']['query']>> =
      await control.admin.decisions.list.query({ ...ask, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
    if (cursor === null) return found
  }
}

describe('decisions.list', () => {
  test.each([1, 7, 1_000])('pages of %i have every decision once, newest first', async (limit) => {
    const found = await all({ limit })
    expect(new Set(found.map((d) => `${d.deviceId} ${d.sequence}`)).size).toBe(2 * COUNT)
    const times = found.map((d) => d.at)
    expect(times).toEqual([...times].sort().reverse())
  })

  test.each<[string, Ask, number]>([
    ['device by name', { device: 'pi' }, COUNT],
    ['deployment', { deploymentId: 'dep_even' }, COUNT],
    ['tier', { tier: 'edge' }, 12],
    ['reason', { reason: 'deadline' }, 2],
    ['time', { from: new Date(HOUR).toISOString(), before: new Date(HOUR + 1_200_000).toISOString() }, 12],
    ['all of these', { device: 'pi', deploymentId: 'dep_odd', tier: 'local', reason: 'deadline' }, 1],
  ])('by %s', async (_, ask, count) => {
    expect(await all({ ...ask, limit: 5 })).toHaveLength(count)
  })

  test('of a device is in the order of its numbers', async () => {
    const found = await all({ device: pi, limit: 4 })
    expect(found.map((d) => d.sequence)).toEqual(Array.from({ length: COUNT }, (_, i) => COUNT - i))
  })

  test('refuses the cursor of another list, and a device that is none', async () => {
    const { nextCursor } = await control.admin.decisions.list.query({ limit: 1 })
    const refused = await refusalOf(control.admin.decisions.list.query({ device: 'pi', cursor: nextCursor }))
    expect(refused.code).toBe('BAD_REQUEST')
    expect((await refusalOf(control.admin.decisions.list.query({ device: 'nobody' }))).code).toBe('NOT_FOUND')
  })
})

describe('decisions.figures', () => {
  const range = { from: new Date(HOUR).toISOString(), before: new Date(HOUR + 86_400_000).toISOString() }

  test('add up to what was decided, by hour and by day', async () => {
    for (const by of ['hour', 'day'] as const) {
      const lines = await control.admin.decisions.figures.query({ ...range, by })
      expect(lines.reduce((sum, line) => sum + line.images, 0)).toBe(2 * COUNT)
      expect(lines.reduce((sum, line) => sum + line.energyJ, 0)).toBeCloseTo(COUNT, 9)
      for (const line of lines) expect(line).toMatchObject({ latencyMeanMs: 100, audits: 0, byFallback: 0 })
      for (const { latencyP95Ms } of lines) expect(Math.abs(latencyP95Ms! / 100 - 1)).toBeLessThan(0.19)
    }
  })

  test('of a deployment, a group and a tier are of these alone', async () => {
    const of = { deploymentId: 'dep_even', group: 'default', tier: 'edge' as const }
    const lines = await control.admin.decisions.figures.query({ ...range, ...of })
    expect(lines).toMatchObject([{ images: 6, tier: 'edge', deploymentId: 'dep_even' }])
  })

  test('by hour are refused for a year', async () => {
    const before = new Date(HOUR + 365 * 86_400_000).toISOString()
    const refused = await refusalOf(control.admin.decisions.figures.query({ ...range, before, by: 'hour' }))
    expect(refused.code).toBe('BAD_REQUEST')
  })
})
