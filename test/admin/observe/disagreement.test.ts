// Audits from devices: stored once, told with their interval, and what sends a staged rollout back.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DecisionAck } from '#contract/device-api.ts'
import { jsonBody, refusalOf } from '../control-rig.ts'
import { openRolloutRig, type RolloutRig, STAGES } from '../rollout-rig.ts'
import type { SimulatedDevice } from '../simulated-device.ts'

let rig: RolloutRig
beforeAll(async () => {
  rig = await openRolloutRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

/** Behind all decisions that a simulated device ever makes. */
const FIRST = 1_000_000

const auditsBy = (device: SimulatedDevice, count: number, disagreed: number) =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'audit',
    sequence: FIRST + i,
    at: new Date().toISOString(),
    deploymentId: device.serving,
    of: i + 1,
    local: { label: 1, score: 0.9 },
    edge: { label: i < disagreed ? 2 : 1, score: 0.8 },
  }))

async function audit(device: SimulatedDevice, count: number, disagreed: number) {
  const answer = await device.device.send(
    '/decisions',
    jsonBody({ decisions: [], audits: auditsBy(device, count, disagreed) }),
  )
  expect(answer.status).toBe(200)
  return DecisionAck.parse(await answer.json())
}

describe('audits', () => {
  test('are stored once however often they come, and acknowledged with the decisions', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    const { id } = await fleet.settle()
    const [pi] = fleet.of('local')
    await pi!.decide(5)
    for (let i = 0; i < 3; i++) expect(await audit(pi!, 40, 10)).toEqual({ upTo: FIRST + 39 })
    const told = await rig.control.admin.decisions.disagreement.query({})
    expect(told.find((d) => d.deploymentId === id)).toMatchObject({
      audits: 40,
      disagreed: 10,
      share: 0.25,
      low: expect.closeTo(0.1269, 4),
      high: expect.closeTo(0.412, 4),
    })
  })

  test('alone are a batch, nothing at all is none', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    await fleet.settle()
    const answer = await fleet.of('local')[0]!.device.send('/decisions', jsonBody({ decisions: [] }))
    expect(answer.status).toBe(400)
  })
})

describe('a rollout with a bound on disagreement', () => {
  const quality = { disagreementMax: 0.1 }
  const stages = STAGES.map((stage) => ({ ...stage, soakS: 60 }))
  const policy = { auditShare: 0.05 }

  test('goes back once the tiers disagree more than that for certain', async () => {
    const fleet = await rig.fleet({ local: 4, edge: 1 })
    const before = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages, quality, policy })
    await fleet.turn(3)
    const first = fleet.of('local').find((d) => d.serving === deployment.id)!
    await first.decide(50)
    await audit(first, 30, 4)
    await fleet.turn()
    // 4 of 30 is more than a tenth, and may be chance.
    expect(await rig.state(rollout.id)).toBe('running')
    await first.device.send(
      '/decisions',
      jsonBody({
        decisions: [],
        audits: auditsBy(first, 100, 40).map((a) => ({ ...a, sequence: a.sequence + 1_000 })),
      }),
    )
    await fleet.turn(3)
    const view = await fleet.view(rollout.id)
    expect(view.state).toBe('rolled-back')
    expect(view.reason).toMatch(/disagreement is 0\.338, expected at most 0\.1/)
    expect(fleet.serving(before.id)).toBe(4)
  })

  test('is refused where the deployment audits nothing: it would never be judged', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    const refused = await refusalOf(fleet.promote({ stages, quality }))
    expect(refused).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('auditShare') })
  })
})
