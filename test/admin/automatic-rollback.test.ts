// A rollout in stages that goes wrong comes back without anybody awake: devices that fail, devices that do not answer,
// and decisions out of bounds.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advanceRollouts } from '#admin/jobs/rollout-driver.ts'
import type { Control } from './control-rig.ts'
import { openRolloutRig, type RolloutRig, STAGES } from './rollout-rig.ts'

let rig: RolloutRig
let control: Control
beforeAll(async () => {
  rig = await openRolloutRig()
  control = rig.control
})
afterAll(() => rig[Symbol.asyncDispose]())

describe('a rollout goes back by itself', () => {
  test('when a device cannot activate it: no device outside of the stage ever hears of it', async () => {
    const fleet = await rig.fleet({ local: 4, edge: 1 })
    const old = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages: STAGES })
    for (const device of fleet.of('local')) device.broken.add(deployment.id)
    await fleet.turn(1)
    expect(await fleet.view(rollout.id)).toMatchObject({ state: 'rolled-back' })
    await fleet.turn(2)
    expect([fleet.serving(old.id), fleet.serving(old.id, 'edge')]).toEqual([4, 1])
    const view = await fleet.view(rollout.id)
    expect(view.reason).toMatch(/^Stage 1 of 3: 1 of 1 local devices failed .* says "cannot start dep_/)
    expect(view.stages[0]!.devices).toContainEqual(
      expect.objectContaining({ state: 'failed', message: `cannot start ${deployment.id}` }),
    )
    expect((await fleet.current())?.rollout).toMatchObject({
      kind: 'rollback',
      startedBy: 'tandem',
      reason: view.reason,
      stagedId: rollout.id,
      deploymentId: old.id,
    })
    const told = await control.database.pool.query(
      'select distinct device_id from manifests where deployment_id = $1',
      [deployment.id],
    )
    expect(told.rowCount).toBe(2)
  })

  test('when the edge cannot activate it: no local device ever hears of it', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 1 }] })
    fleet.of('edge')[0]!.broken.add(deployment.id)
    await fleet.turn(3)
    expect(await rig.state(rollout.id)).toBe('rolled-back')
    expect(fleet.serving(old.id)).toBe(2)
  })

  test('when a device is silent for too long', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const { rollout } = await fleet.promote({ stages: [{ timeoutS: 60 }] })
    fleet.of('local')[1]!.isAway = true
    await fleet.turn(3)
    expect(await rig.state(rollout.id)).toBe('running')
    // Nobody has all of this test's minutes: the devices were here long before, and the clock began long ago.
    await control.database.pool.query(
      `update devices set enrolled_at = now() - interval '1 day' where group_name = $1`,
      [fleet.group],
    )
    await rig.age(rollout.id, 61)
    await fleet.turn(1)
    expect((await fleet.view(rollout.id)).reason).toContain('did not serve it within 60 s')
    fleet.of('local')[1]!.isAway = false
    await fleet.turn(2)
    expect(fleet.serving(old.id)).toBe(2)
  })

  test.each<[string, object, object, string]>([
    ['offload', { edge: 0.8 }, { offloadShareMax: 0.5 }, 'offload share is 0.8, expected at most 0.5'],
    [
      'too little offload',
      { edge: 0 },
      { offloadShareMin: 0.1 },
      'offload share is 0, expected at least 0.1',
    ],
    ['fallbacks', { fallback: 0.1 }, { fallbackShareMax: 0.01 }, 'fallback share is 0.1'],
    ['latency', { totalMs: 900 }, { latencyP95MaxMs: 200 }, 'latency p95 in ms is 900, expected at most 200'],
  ])('when its quality is out of bounds: %s', async (_, how, quality, words) => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const stages = [{ share: 0.5, soakS: 600, minDecisions: 20 }, {}]
    const { rollout, deployment } = await fleet.promote({ stages, quality })
    await fleet.turn(2)
    const canary = fleet.of('local').find((d) => d.serving === deployment.id)!
    await canary.decide(10, how)
    await fleet.turn()
    expect(await fleet.view(rollout.id)).toMatchObject({ state: 'running' })
    expect((await fleet.view(rollout.id)).stages[0]!.bounds).toMatchObject([{ verdict: 'not judged' }])
    await canary.decide(10, how)
    await advanceRollouts(control.ctx)
    const view = await fleet.view(rollout.id)
    expect(view.state).toBe('rolled-back')
    expect(view.reason).toContain(words)
    expect(view.stages[0]).toMatchObject({ quality: { decisions: 20 }, bounds: [{ verdict: 'broken' }] })
    await fleet.turn(2)
    expect(fleet.serving(old.id)).toBe(2)
  })

  test('but not for what other devices or other deployments decided', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    await fleet.settle()
    const stages = [{ share: 0.5, minDecisions: 10 }, { gate: 'approval' as const }]
    const { rollout, deployment } = await fleet.promote({ stages, quality: { offloadShareMax: 0.5 } })
    await fleet.turn(2)
    const [inside, outside] = [true, false].map(
      (is) => fleet.of('local').find((d) => (d.serving === deployment.id) === is)!,
    )
    await outside!.decide(50, { edge: 1 })
    await inside!.decide(10, { edge: 0.3 })
    await fleet.turn(1)
    expect(await rig.state(rollout.id)).toBe('awaiting-approval')
  })

  test('of several groups takes back all that it had reached, and nothing else', async () => {
    const fleets = [await rig.fleet({ local: 1, edge: 1 }), await rig.fleet({ local: 1, edge: 1 })]
    const third = await rig.fleet({ local: 1, edge: 1 })
    const olds = []
    for (const fleet of [...fleets, third]) olds.push(await fleet.settle())
    const stages = [...fleets, third].map(({ group }) => ({ group }))
    const { rollout, deployment } = await third.promote({ stages })
    for (const device of fleets[1]!.devices) device.broken.add(deployment.id)
    await fleets[0]!.turn(2)
    expect(fleets[0]!.serving(deployment.id)).toBe(1)
    await fleets[1]!.turn(2)
    expect(await rig.state(rollout.id)).toBe('rolled-back')
    for (const [i, fleet] of [...fleets, third].entries()) {
      await fleet.turn(2)
      expect(fleet.serving(olds[i]!.id)).toBe(1)
      expect((await fleet.current())?.rollout.kind).toBe(i < 2 ? 'rollback' : 'promote')
    }
  })
})
