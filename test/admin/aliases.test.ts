// Aliases follow what is promoted; a protected one moves forward only in two calls, and every move is kept.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Control, refusalOf } from './control-rig.ts'
import { openRolloutRig, type RolloutRig } from './rollout-rig.ts'

let rig: RolloutRig
let control: Control
beforeAll(async () => {
  rig = await openRolloutRig()
  control = rig.control
})
afterAll(() => rig[Symbol.asyncDispose]())

async function names(group: string): Promise<Record<string, string | null>> {
  const { items: list } = await control.admin.aliases.list.query({ group })
  return Object.fromEntries(list.map((a) => [a.name, a.deploymentId]))
}
const small = () => rig.fleet({ local: 2, edge: 1 })

describe('stable and canary', () => {
  test('follow a staged rollout: canary as it begins, stable as it completes', async () => {
    const fleet = await small()
    const old = await fleet.settle()
    expect(await names(fleet.group)).toEqual({ stable: old.id })
    const { deployment, rollout } = await fleet.promote({ stages: [{ share: 0.5 }, { gate: 'approval' }] })
    expect(await names(fleet.group)).toEqual({ stable: old.id, canary: deployment.id })
    await fleet.turn(2)
    await control.admin.rollouts.approve.mutate({ id: rollout.id })
    await fleet.turn(2)
    expect(await names(fleet.group)).toEqual({ stable: deployment.id, canary: deployment.id })
    const { items: moves } = await control.admin.aliases.history.query({ group: fleet.group, name: 'stable' })
    expect(moves.map((m) => [m.deploymentId, m.actor, m.reason])).toEqual([
      [deployment.id, 'the admin', `rollout ${rollout.id} has completed`],
      [old.id, 'the admin', 'promoted'],
    ])
  })

  test('canary goes back when the rollout does, and stable when people roll back', async () => {
    const fleet = await small()
    const older = await fleet.settle()
    const old = await fleet.settle()
    const { rollout } = await fleet.promote({ stages: [{ share: 0.5 }, {}] })
    await control.admin.rollouts.abort.mutate({ id: rollout.id })
    expect(await names(fleet.group)).toEqual({ stable: old.id, canary: old.id })
    await control.admin.rollouts.rollback.mutate({ group: fleet.group })
    expect((await names(fleet.group)).stable).toBe(older.id)
  })

  test('a name of one’s own moves instead of stable, and can be rolled back to', async () => {
    const fleet = await small()
    const first = await fleet.settle()
    const group = fleet.group
    await control.admin.aliases.set.mutate({ group, name: 'known-good', deployment: 'stable' })
    await fleet.promote({ alias: 'night' })
    const last = await fleet.promote({ alias: 'night' })
    expect(await names(group)).toEqual({
      stable: first.id,
      'known-good': first.id,
      night: last.deployment.id,
    })
    const back = await control.admin.rollouts.rollback.mutate({ group, to: 'known-good' })
    expect(back.deployment.id).toBe(first.id)
  })
})

describe('a protected alias', () => {
  test('is not set without approval; proposed and approved it moves, and both are kept', async () => {
    const fleet = await small()
    const first = await fleet.settle()
    const second = await fleet.settle()
    const own = { group: fleet.group, name: 'audited' }
    const to = (version: number, propose = false) =>
      control.admin.aliases.set.mutate({ ...own, deployment: String(version), propose })
    await to(first.version)
    await control.admin.aliases.protect.mutate(own)
    expect(await refusalOf(to(second.version))).toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringContaining('it is protected, expected a proposal and its approval with a reason'),
    })
    const approve = (reason = 'two of us have looked') =>
      control.admin.aliases.approve.mutate({ ...own, reason })
    expect((await refusalOf(approve())).message).toContain('nobody has proposed')
    expect(await to(second.version, true)).toMatchObject({ deploymentId: first.id, proposedId: second.id })
    expect((await refusalOf(approve(' '))).message).toMatch(/^Cannot read field "reason"/)
    expect(await approve()).toMatchObject({ deploymentId: second.id, proposedId: null })
    const [move] = (await control.admin.aliases.history.query(own)).items
    expect(move).toMatchObject({
      deploymentId: second.id,
      reason: 'two of us have looked (proposed by the admin)',
    })
  })

  test('holds a promotion at once until somebody approves it: no device hears of it before', async () => {
    const fleet = await small()
    const old = await fleet.settle()
    await control.admin.aliases.protect.mutate({ group: fleet.group, name: 'stable' })
    const { rollout, deployment } = await fleet.promote()
    expect(rollout.state).toBe('awaiting-approval')
    await fleet.turn(2)
    expect([fleet.serving(old.id), fleet.serving(old.id, 'edge')]).toEqual([2, 1])
    await control.admin.rollouts.approve.mutate({ id: rollout.id, reason: 'reviewed by two' })
    await fleet.turn(2)
    expect(fleet.serving(deployment.id)).toBe(2)
    expect((await names(fleet.group)).stable).toBe(deployment.id)
  })

  test('holds the end of a staged rollout until it is approved with a reason', async () => {
    const fleet = await small()
    const old = await fleet.settle()
    await control.admin.aliases.protect.mutate({ group: fleet.group, name: 'stable' })
    const { rollout, deployment } = await fleet.promote({ stages: [{ share: 0.5 }, {}] })
    await fleet.turn(3)
    expect(await fleet.view(rollout.id)).toMatchObject({
      state: 'awaiting-approval',
      reason: expect.stringContaining('Alias "stable"'),
    })
    expect((await fleet.current())?.deployment.id).toBe(old.id)
    const { message } = await refusalOf(control.admin.rollouts.approve.mutate({ id: rollout.id }))
    expect(message).toContain('without a reason')
    await control.admin.rollouts.approve.mutate({ id: rollout.id, reason: 'figures are good' })
    expect((await fleet.current())?.deployment.id).toBe(deployment.id)
    const [move] = (await control.admin.aliases.history.query({ group: fleet.group, name: 'stable' })).items
    expect(move?.reason).toBe('figures are good')
  })

  test('does not hold a way back', async () => {
    const fleet = await small()
    const old = await fleet.settle()
    await fleet.settle()
    await control.admin.aliases.protect.mutate({ group: fleet.group, name: 'stable' })
    await control.admin.rollouts.rollback.mutate({ group: fleet.group })
    expect((await fleet.current())?.deployment.id).toBe(old.id)
    expect((await names(fleet.group)).stable).toBe(old.id)
  })
})
