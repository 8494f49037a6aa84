// What a control plane tells of one device: its log, and what its answers cost by the hour; and of the fleet as a whole.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeviceReport } from '#contract/device-api.ts'
import { reportOf } from '#test/db/filled-database.ts'
import { type Control, jsonBody, openControl } from '../control-rig.ts'
import { enrolDevice, type FakeDevice } from '../fake-device.ts'

let control: Control
let pi: FakeDevice
beforeAll(async () => {
  control = await openControl()
  pi = await enrolDevice(control, { name: 'pi', tier: 'local' })
  await enrolDevice(control, { name: 'silent-one', tier: 'edge' })
})
afterAll(() => control[Symbol.asyncDispose]())

const report = (state: DeviceReport['state'], message = '') =>
  pi.send('/report', jsonBody(reportOf(state, message)))

const decision = (sequence: number, reason: string) => ({
  ...{ sequence, at: new Date().toISOString(), deploymentId: 'dep_1', tier: 'local', label: 1, score: 0.5 },
  decision: { router: 'forest', version: 1, score: 0.25, threshold: 0.5, reason },
  ...{ totalMs: 100, energyJ: 0.5, byFallback: false },
})

describe('devices.log', () => {
  test('has a line whenever a device says something else, and none when it repeats itself', async () => {
    for (let i = 0; i < 3; i++) await report('idle')
    await report('failed', 'the model does not start')
    await report('idle')
    const { items } = await control.admin.devices.log.query({ name: 'pi' })
    expect(items.map(({ kind, state, message }) => [kind, state, message])).toEqual([
      ['said', 'idle', ''],
      ['said', 'failed', 'the model does not start'],
      ['said', 'idle', ''],
      ['enrolled', null, expect.any(String)],
    ])
  })

  test('counts by the hour what went wrong with answers', async () => {
    const decisions = [decision(1, 'routed'), decision(2, 'deadline'), decision(3, 'deadline')]
    await pi.send('/decisions', jsonBody({ decisions }))
    const { items } = await control.admin.devices.log.query({ name: 'pi' })
    expect(items.filter(({ kind }) => kind === 'failures')).toMatchObject([{ state: 'deadline', count: 2 }])
  })

  test('comes in pages, each line once', async () => {
    const seen: string[] = []
    for (let cursor: string | null = null; ; ) {
      const page = await control.admin.devices.log.query({ name: 'pi', limit: 2, cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      if (cursor === null) break
    }
    expect(seen.length).toBeGreaterThan(4)
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('of a device that flaps keeps the newest 200 reports', async () => {
    for (let i = 0; i < 210; i++) await report('failed', `try ${i}`)
    const { items } = await control.admin.devices.log.query({ name: 'pi', limit: 1_000 })
    const said = items.filter(({ kind }) => kind === 'said')
    expect(said).toHaveLength(200)
    expect(said[0]!.message).toBe('try 209')
  })
})

test('devices.energy adds up what the answers of an hour cost', async () => {
  const hours = await control.admin.devices.energy.query({ name: 'pi' })
  expect(hours.reduce((sum, { images }) => sum + images, 0)).toBe(3)
  expect(hours.reduce((sum, { energyJ }) => sum + energyJ, 0)).toBeCloseTo(1.5)
})

test('devices.totals counts states, and who has said nothing', async () => {
  expect(await control.admin.devices.totals.query()).toEqual({
    states: { failed: 1, enrolled: 1 },
    silent: 1,
  })
})

test('devices.list finds by what a name contains', async () => {
  const { items } = await control.admin.devices.list.query({ named: 'lent-' })
  expect(items.map(({ name }) => name)).toEqual(['silent-one'])
})
