// Two admins who meet: whoever acts on what is not so any more is told who did what meanwhile, and nothing is changed.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalOf } from '../control-rig.ts'
import { openRolloutRig, type RolloutRig, STAGES } from '../rollout-rig.ts'

let rig: RolloutRig
beforeAll(async () => {
  rig = await openRolloutRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const ana = () => rig.control.admin
const ben = () => rig.control.as(rig.control.keys.operator)

async function staged() {
  const fleet = await rig.fleet({ local: 4, edge: 1 })
  const { rollout } = await fleet.promote({ stages: STAGES })
  return { fleet, id: rollout.id }
}

test.each(['pause', 'abort', 'approve', 'resume'] as const)(
  '%s of a rollout that was paused meanwhile names who paused it',
  async (verb) => {
    const { id } = await staged()
    const seen = await ana().rollouts.get.query({ id })
    await ben().rollouts.pause.mutate({ id, reason: 'fans are loud', expectedState: 'running' })
    for (const expected of [{ expectedState: seen.state }, { expectedRevision: seen.revision }]) {
      const { code, message } = await refusalOf(ana().rollouts[verb].mutate({ id, ...expected }))
      expect(code).toBe('CONFLICT')
      expect(message).toContain('it is paused: fans are loud; the operator did this meanwhile (pause)')
    }
    const now = await ana().rollouts.get.query({ id })
    expect(now.state).toBe('paused')
    expect(now.revision).toBeGreaterThan(seen.revision)
    await ana().rollouts.abort.mutate({ id, expectedState: 'paused', expectedRevision: now.revision })
  },
)

test('a rollout that has ended meanwhile says how', async () => {
  const { id } = await staged()
  await ben().rollouts.abort.mutate({ id, reason: 'wrong model' })
  const { code, message } = await refusalOf(ana().rollouts.pause.mutate({ id, expectedState: 'running' }))
  expect([code, message]).toEqual(['CONFLICT', expect.stringContaining('it is rolled-back: wrong model')])
})

test('an alias that was moved meanwhile stays where it was moved', async () => {
  const fleet = await rig.fleet({ local: 1, edge: 1 })
  const [first, second] = [await fleet.promote(), await fleet.promote()]
  const named = { group: fleet.group, name: 'mine' }
  await ben().aliases.set.mutate({ ...named, deployment: first.deployment.id, expected: null })
  const late = ana().aliases.set.mutate({ ...named, deployment: second.deployment.id, expected: null })
  const { code, message } = await refusalOf(late)
  expect(code).toBe('CONFLICT')
  expect(message).toContain(`the operator moved it to ${first.deployment.id} meanwhile`)
  const { items } = await ana().aliases.list.query({ group: fleet.group })
  expect(items.find((a) => a.name === 'mine')!.deploymentId).toBe(first.deployment.id)
})

test('another proposal than the one that was seen is not approved', async () => {
  const fleet = await rig.fleet({ local: 1, edge: 1 })
  const [first, second] = [await fleet.promote(), await fleet.promote()]
  const named = { group: fleet.group, name: 'held' }
  await ana().aliases.protect.mutate({ ...named, expectedProtected: false })
  await ana().aliases.set.mutate({ ...named, deployment: first.deployment.id, propose: true })
  await ben().aliases.set.mutate({ ...named, deployment: second.deployment.id, propose: true })
  const blind = { ...named, reason: 'looks good', expectedProposal: first.deployment.id }
  const { code, message } = await refusalOf(ana().aliases.approve.mutate(blind))
  expect([code, message]).toEqual(['CONFLICT', expect.stringContaining('the operator proposed')])
  const again = await refusalOf(ana().aliases.protect.mutate({ ...named, expectedProtected: false }))
  expect(again.message).toContain('it is protected meanwhile')
})
