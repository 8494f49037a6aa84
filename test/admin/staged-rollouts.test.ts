// Rollouts by stages through the public doors: an admin's API on one side, devices that poll and report on the other.
// In every turn of every test no local device runs a pair whose edge half is not running.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Control, refusalOf } from './control-rig.ts'
import { openRolloutRig, type RolloutRig, STAGES } from './rollout-rig.ts'

let rig: RolloutRig
let control: Control
beforeAll(async () => {
  rig = await openRolloutRig()
  control = rig.control
})
afterAll(() => rig[Symbol.asyncDispose]())

describe('a staged rollout', () => {
  test('reaches the edge first, then share by share, and becomes current at its end', async () => {
    const fleet = await rig.fleet({ local: 4, edge: 1 })
    const old = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages: STAGES })
    expect(rollout).toMatchObject({ state: 'running', cuts: [expect.any(Number)] })
    for (const device of fleet.of('local')) await device.poll()
    expect(fleet.serving(deployment.id)).toBe(0)
    const reached: number[] = []
    while ((await rig.state(rollout.id)) === 'running') {
      await fleet.turn()
      reached.push(fleet.serving(deployment.id))
      if ((await rig.state(rollout.id)) === 'running')
        expect((await fleet.current())?.deployment.id).toBe(old.id)
      expect(fleet.serving(deployment.id) + fleet.serving(old.id)).toBe(4)
    }
    expect(reached).toEqual([1, 2, 4])
    expect(await fleet.current()).toMatchObject({
      rollout: { kind: 'promote', state: 'current', stagedId: rollout.id },
      deployment: { id: deployment.id },
    })
    const { events } = await fleet.view(rollout.id)
    expect(events.map((e) => e.event)).toEqual([
      'begin',
      ...STAGES.flatMap(() => ['activate', 'soak']),
      'completed',
    ])
  })

  test('of the first deployment ever leaves the devices that it has not reached without one', async () => {
    const fleet = await rig.fleet({ local: 4, edge: 1 })
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5 }, { gate: 'approval' }] })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(2)
    expect(fleet.of('local').filter((d) => d.serving === null)).toHaveLength(2)
    await control.admin.rollouts.approve.mutate({ id: rollout.id })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(4)
    expect(await rig.state(rollout.id)).toBe('completed')
  })

  test('goes through groups in order and becomes current in all of them at once', async () => {
    const [canary, field] = [await rig.fleet({ local: 1, edge: 1 }), await rig.fleet({ local: 2, edge: 1 })]
    await canary.settle()
    const old = await field.settle()
    const stages = [{ group: canary.group }, { group: field.group, gate: 'approval' as const }]
    const { rollout, deployment } = await field.promote({ stages })
    await canary.turn(2)
    await field.turn(2)
    expect([canary.serving(deployment.id), field.serving(deployment.id)]).toEqual([1, 0])
    expect([await canary.current(), await field.current()]).not.toContainEqual(
      expect.objectContaining({ deployment: expect.objectContaining({ id: deployment.id }) }),
    )
    expect((await field.manifestOfEdge()).deployment?.id).toBe(old.id)
    await control.admin.rollouts.approve.mutate({ id: rollout.id })
    await field.turn(2)
    for (const fleet of [canary, field]) expect((await fleet.current())?.deployment.id).toBe(deployment.id)
  })

  test('to named devices first holds exactly those', async () => {
    const fleet = await rig.fleet({ local: 3, edge: 1 })
    await fleet.settle()
    const named = fleet.of('local')[1]!
    const { deployment } = await fleet.promote({ stages: [{ devices: [named.name] }, { gate: 'approval' }] })
    await fleet.turn(2)
    expect(fleet.of('local').filter((d) => d.serving === deployment.id)).toEqual([named])
  })

  test('with two edge devices waits for both', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 2 })
    await fleet.settle()
    fleet.of('edge')[1]!.isAway = true
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5 }, {}] })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(1)
    expect((await fleet.view(rollout.id)).waitsFor).toBe('1 of 2 edge devices serve it, expected 2')
    fleet.of('edge')[1]!.isAway = false
    await fleet.turn(2)
    expect(await rig.state(rollout.id)).toBe('completed')
  })
})

describe('people', () => {
  test('let it pass at a gate, once each', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    await fleet.settle()
    const gate = 'approval' as const
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5, gate }, { gate }] })
    expect(rollout.state).toBe('awaiting-approval')
    await fleet.turn(2)
    expect(fleet.serving(deployment.id, 'edge')).toBe(0)
    expect((await control.admin.rollouts.approve.mutate({ id: rollout.id })).cuts).toHaveLength(1)
    const again = await refusalOf(control.admin.rollouts.approve.mutate({ id: rollout.id }))
    expect(again).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('it is running') })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(1)
    await control.admin.rollouts.approve.mutate({ id: rollout.id, reason: 'looked at it' })
    await fleet.turn(2)
    const { events } = await fleet.view(rollout.id)
    expect(events.filter((e) => e.event === 'approve').map((e) => [e.actor, e.reason])).toEqual([
      ['the admin', 'the admin approved it'],
      ['the admin', 'looked at it'],
    ])
    expect(await rig.state(rollout.id)).toBe('completed')
  })

  test('pause it: nothing moves, whatever happens; resume it: all have their time again', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5, timeoutS: 60 }, {}] })
    await control.admin.rollouts.pause.mutate({ id: rollout.id, reason: 'a look at the logs' })
    await rig.age(rollout.id, 3_600)
    await fleet.turn(3)
    expect(await fleet.view(rollout.id)).toMatchObject({ state: 'paused', reason: 'a look at the logs' })
    expect(fleet.serving(deployment.id)).toBe(1)
    await control.admin.rollouts.resume.mutate({ id: rollout.id })
    await fleet.turn(2)
    expect(await rig.state(rollout.id)).toBe('completed')
  })

  test.each(['abort', 'rollback'] as const)('send it back with %s', async (how) => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5 }, { gate: 'approval' }] })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(1)
    if (how === 'abort') await control.admin.rollouts.abort.mutate({ id: rollout.id, reason: 'on a hunch' })
    else await control.admin.rollouts.rollback.mutate({ group: fleet.group })
    await fleet.turn(2)
    expect(fleet.serving(old.id)).toBe(2)
    expect(await rig.state(rollout.id)).toBe('rolled-back')
    expect((await fleet.current())?.rollout).toMatchObject({ kind: 'rollback', startedBy: 'the admin' })
    const { code, message } = await refusalOf(control.admin.rollouts.resume.mutate({ id: rollout.id }))
    expect([code, message]).toEqual(['CONFLICT', expect.stringContaining('it is rolled-back')])
  })

  test('come second: told who was first, whatever they want of the group', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    await fleet.settle()
    const old = await fleet.settle()
    const { rollout } = await fleet.promote({ stages: [{ gate: 'approval' }] })
    const words = `rollout "${rollout.id}" of deployment`
    for (const call of [
      () => fleet.promote(),
      () => fleet.promote({ stages: [{}] }),
      () => control.admin.rollouts.rollback.mutate({ group: fleet.group, to: String(old.version - 1) }),
    ])
      expect(await refusalOf(call())).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(`${words} .* by the admin is awaiting-approval`),
      })
    expect((await control.admin.rollouts.list.query()).items).toContainEqual(
      expect.objectContaining({ id: rollout.id, state: 'awaiting-approval' }),
    )
  })

  test('of whom eight start one at once: one wins, and a second click of the winner is no conflict', async () => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    const stages = [{ gate: 'approval' as const }]
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => fleet.promote({ stages })))
    const won = tries.filter((t) => t.status === 'fulfilled').map((t) => t.value)
    expect(won).toHaveLength(1)
    const { edgeDeadlineMs } = won[0]!.deployment.policy
    const again = await fleet.promote({ stages, policy: { edgeDeadlineMs } })
    expect(again.rollout.id).toBe(won[0]!.rollout.id)
  })

  // Which device comes first is drawn by the rollout: four rounds meet the same one twice and others.
  test.each([1, 2, 3, 4])(
    'replace it: the edge is led by way of the current one, so that no pair breaks (%i)',
    async () => {
      const fleet = await rig.fleet({ local: 2, edge: 1 })
      const old = await fleet.settle()
      const stages = [{ share: 0.5 }, { gate: 'approval' as const }]
      const first = await fleet.promote({ stages })
      await fleet.turn(2)
      const second = await fleet.promote({ stages, replace: true })
      expect(await rig.state(first.rollout.id)).toBe('superseded')
      for (let polls = 0; polls < 3; polls++) await fleet.of('edge')[0]!.poll()
      await fleet.turn(4)
      expect(fleet.of('edge')[0]!.running).toEqual([second.deployment.id, old.id])
      const ids = [first.deployment.id, second.deployment.id, old.id]
      expect(ids.map((id) => fleet.serving(id))).toEqual([0, 1, 1])
    },
  )

  test.each<[string, object, string]>([
    ['an end at a half', { stages: [{ share: 0.5 }] }, 'ends at share 0.5'],
    ['quality without stages', { quality: { offloadShareMax: 0.5 } }, 'expected some (stages)'],
    ['a group without devices', { stages: [{ group: 'nowhere' }] }, 'it has no device of tier edge'],
  ])('are refused %s', async (_, more, words) => {
    const fleet = await rig.fleet({ local: 1, edge: 1 })
    const { code, message } = await refusalOf(fleet.promote(more))
    expect([code, message]).toEqual(['BAD_REQUEST', expect.stringContaining(words)])
  })
})

describe('promotions at once', () => {
  test('that come faster than devices follow never take the edge half from under them', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const first = await fleet.settle()
    const edge = fleet.of('edge')[0]!
    for (let i = 0; i < 3; i++) {
      const { deployment } = await fleet.promote()
      for (let polls = 0; polls < 2; polls++) await edge.poll()
      expect(edge.running).toEqual([deployment.id, first.id])
    }
    await fleet.turn()
    expect(fleet.serving(edge.serving!)).toBe(2)
  })
})

describe('a device that joins in the middle', () => {
  test('gets what its own place says, is waited for, and pushes nobody out', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const { rollout, deployment } = await fleet.promote({
      stages: [{ share: 0.5, soakS: 600 }, { gate: 'approval' }],
    })
    await fleet.turn(2)
    const reached = fleet.of('local').filter((d) => d.serving === deployment.id)
    for (let i = 0; i < 6; i++) await fleet.join('local')
    await fleet.turn(2)
    const { stages } = await fleet.view(rollout.id)
    const members = stages[0]!.devices.filter((d) => d.tier === 'local').map((d) => d.name)
    expect(members.length).toBe(fleet.serving(deployment.id))
    expect(members).toEqual(expect.arrayContaining(reached.map((d) => d.name)))
    expect(fleet.serving(deployment.id) + fleet.serving(old.id)).toBe(8)
    const [late] = fleet.of('local').slice(2)
    expect(late!.edges).toEqual([fleet.of('edge')[0]!.device.url])
  })

  test('at the edge is led to the current one first, then to the next, and runs both', async () => {
    const fleet = await rig.fleet({ local: 2, edge: 1 })
    const old = await fleet.settle()
    const { deployment } = await fleet.promote({ stages: [{ share: 0.5, soakS: 600 }, {}] })
    await fleet.turn(2)
    const late = await fleet.join('edge')
    await late.poll()
    expect(late.running).toEqual([old.id])
    await fleet.turn(1)
    expect(late.running).toEqual([deployment.id, old.id])
  })
})
