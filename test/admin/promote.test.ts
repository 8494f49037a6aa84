// From measurements to a deployment: select, train, the gate, and one current rollout a group.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RouterDocument } from '#contract/router.ts'
import { withoutTriggers } from '#test/harness/without-triggers.ts'
import { type Control, openControl, refusalOf, trained } from './control-rig.ts'
import { enrolDevice } from './fake-device.ts'
import { type MeasuredPair, measurePair } from './measured-pair.ts'

let control: Control
let pair: MeasuredPair
let good: string
let chance: string
beforeAll(async () => {
  control = await openControl()
  pair = await measurePair(control)
  const train = (kind: 'confidence' | 'forest') =>
    trained(control, { kind, folds: 3, selection: pair.selectionId })
  good = (await train('confidence')).id
  chance = (await train('forest')).id
})
afterAll(() => control[Symbol.asyncDispose]())

let groups = 0
async function newGroup(...tiers: ('local' | 'edge')[]): Promise<string> {
  const group = `group-${++groups}`
  for (const tier of tiers) await enrolDevice(control, { name: `${group}-${tier}`, tier, group })
  return group
}
const promote = (group: string, more: object = {}) =>
  control.admin.rollouts.promote.mutate({ router: good, group, ...more })
const history = async (group: string) => (await control.admin.rollouts.history.query({ group })).items

describe('select and train', () => {
  test('the same measurements select the same pair, with every figure', async () => {
    const again = await control.admin.selections.create.mutate({ dataset: 'scenes' })
    const first = await control.admin.selections.get.query({ id: pair.selectionId })
    expect(again.id).not.toBe(first.id)
    expect({ ...again, id: 0, createdAt: 0 }).toEqual({ ...first, id: 0, createdAt: 0 })
    expect(first.result).toMatchObject({ ok: true, images: 60 })
    expect(first.result.candidates.map((c) => c.name).sort()).toEqual(['heavy', 'light'])
  })

  test('one model alone is an answer with its reason, not an error', async () => {
    const { result } = await control.admin.selections.create.mutate({ dataset: 'scenes', models: ['light'] })
    expect(result).toMatchObject({ ok: false, reasons: [expect.stringContaining('expected at least 2')] })
    const latest = await refusalOf(control.admin.routers.train.mutate({}))
    expect(latest.message).toContain('found no pair')
  })

  test('a model that nobody profiled is not found', async () => {
    const { code, message } = await refusalOf(
      control.admin.selections.create.mutate({ dataset: 'scenes', models: ['light', 'hevay'] }),
    )
    expect(code).toBe('NOT_FOUND')
    expect(message).toBe('Cannot find model profiled on both devices "hevay": it does not exist')
  })

  test('a device of the wrong tier is refused', async () => {
    const { message } = await refusalOf(
      control.admin.selections.create.mutate({ dataset: 'scenes', localDevice: 'tx2' }),
    )
    expect(message).toBe('Cannot select: device "tx2" is of tier edge, expected local')
  })

  test('the same seed trains the same bytes under the next version', async () => {
    const input = { kind: 'confidence', folds: 3, selection: pair.selectionId } as const
    const first = await control.admin.routers.get.query({ id: good })
    const again = await trained(control, input)
    expect(again.documentDigest).toBe(first.documentDigest)
    expect(again.evaluation).toEqual(first.evaluation)
    expect(again.version).toBeGreaterThan(first.version)
    const bytes = await control.ctx.artifacts.readVerified(first.documentDigest)
    expect(RouterDocument.parse(JSON.parse(bytes.toString())).kind).toBe('confidence')
  })

  test('a stored kind that this build does not know is our defect, not an input error', async () => {
    const router = await trained(control, {
      kind: 'confidence',
      folds: 2,
      selection: pair.selectionId,
    })
    await withoutTriggers(control.database.pool, `update routers set kind = 'newer' where id = $1`, [
      router.id,
    ])
    const group = await newGroup('local', 'edge')
    const { code, fields } = await refusalOf(promote(group, { router: router.id }))
    expect([code, fields]).toEqual(['INTERNAL_SERVER_ERROR', undefined])
  })
})

describe('the gate', () => {
  test('refuses a router that is no better than chance, in words', async () => {
    const group = await newGroup('local', 'edge')
    const { code, status, message } = await refusalOf(promote(group, { router: chance }))
    expect([code, status]).toEqual(['PRECONDITION_FAILED', 412])
    expect(message).toMatch(/DGC .* interval/)
    expect(message).toContain('give a reason (override)')
    expect(await history(group)).toEqual([])
  })

  test('yields to an override, whose reason is kept', async () => {
    const group = await newGroup('local', 'edge')
    const override = 'to see the whole path once'
    const { rollout } = await promote(group, { router: chance, override })
    expect(rollout).toMatchObject({ overrideReason: override, startedBy: 'the admin', kind: 'promote' })
  })

  test('an override where none was needed is not kept as one', async () => {
    const group = await newGroup('local', 'edge')
    const { rollout } = await promote(group, { override: 'just in case it matters' })
    expect(rollout.overrideReason).toBeNull()
  })
})

describe('promote', () => {
  test.each<[string, ('local' | 'edge')[], string]>([
    ['no devices', [], 'edge'],
    ['no edge device', ['local'], 'edge'],
    ['no local device', ['edge'], 'local'],
  ])('refuses a group with %s', async (_, tiers, missing) => {
    const group = await newGroup(...tiers)
    const { code, message } = await refusalOf(promote(group))
    expect(code).toBe('BAD_REQUEST')
    expect(message).toBe(`Cannot promote to group "${group}": it has no device of tier ${missing}`)
  })

  test('takes the version of a function that is named, and names those that there are', async () => {
    const group = await newGroup('local', 'edge')
    for (const content of ['one', 'two'])
      await control.admin.functions.create.mutate({ name: 'voting', file: await control.put(content) })
    const versionOf = async (which: string) =>
      (await promote(group, { function: which })).deployment.function.version
    expect([await versionOf('voting@1'), await versionOf('voting'), await versionOf('voting@2')]).toEqual([
      1, 2, 2,
    ])
    expect(await refusalOf(promote(group, { function: 'voting@3' }))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Cannot find function "voting@3": it does not exist, expected one of voting@2, voting@1',
    })
  })

  test('refuses a function that does not exist', async () => {
    const group = await newGroup('local', 'edge')
    expect(await refusalOf(promote(group, { function: 'nothing' }))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('expected one of classify'),
    })
  })

  test('makes one document for both tiers, all by digest', async () => {
    const group = await newGroup('local', 'edge')
    const { deployment } = await promote(group)
    expect(deployment).toMatchObject({
      local: { name: 'light' },
      edge: { name: 'heavy' },
      router: { id: good, kind: 'confidence' },
      function: { name: 'classify', version: 1 },
      policy: { edgeDeadlineMs: 2_000, edgeConnectMs: 250 },
    })
    for (const { digest } of [deployment.local.file, deployment.router.file, deployment.function.file])
      expect(await control.ctx.artifacts.size(digest)).toBeGreaterThan(0)
  })

  test('a second click is the same rollout', async () => {
    const group = await newGroup('local', 'edge')
    const first = await promote(group)
    expect(await promote(group)).toEqual(first)
    expect(await history(group)).toHaveLength(1)
  })

  test('eight clicks at once are one rollout of one deployment', async () => {
    const group = await newGroup('local', 'edge')
    const clicks = await Promise.all(Array.from({ length: 8 }, () => promote(group)))
    expect(new Set(clicks.map((c) => c.rollout.id)).size).toBe(1)
    expect(await history(group)).toHaveLength(1)
  })

  test('another policy is another deployment, and the first one is superseded', async () => {
    const group = await newGroup('local', 'edge')
    const first = await promote(group)
    const second = await promote(group, { policy: { edgeDeadlineMs: 500 } })
    expect(second.deployment.version).toBeGreaterThan(first.deployment.version)
    expect((await history(group)).map((h) => [h.deployment.id, h.rollout.state])).toEqual([
      [second.deployment.id, 'current'],
      [first.deployment.id, 'superseded'],
    ])
  })

  test('eight at once leave exactly one current', async () => {
    const group = await newGroup('local', 'edge')
    const policies = Array.from({ length: 8 }, (_, i) => ({ edgeDeadlineMs: 100 + i }))
    await Promise.all(policies.map((policy) => promote(group, { policy })))
    expect((await history(group)).filter((h) => h.rollout.state === 'current')).toHaveLength(1)
  })
})

describe('rollback', () => {
  test('goes back to the deployment before, and a second click never goes forward again', async () => {
    const group = await newGroup('local', 'edge')
    const first = await promote(group)
    await promote(group, { policy: { edgeDeadlineMs: 500 } })
    const back = await control.admin.rollouts.rollback.mutate({ group })
    expect(back).toMatchObject({ rollout: { kind: 'rollback' }, deployment: { id: first.deployment.id } })
    expect((await refusalOf(control.admin.rollouts.rollback.mutate({ group }))).code).toBe('CONFLICT')
    expect((await history(group)).map((h) => h.rollout.kind)).toEqual(['rollback', 'promote', 'promote'])
  })

  test('of three goes back two steps by two clicks', async () => {
    const group = await newGroup('local', 'edge')
    const ids: string[] = []
    for (const edgeDeadlineMs of [500, 600, 700])
      ids.push((await promote(group, { policy: { edgeDeadlineMs } })).deployment.id)
    for (const id of [ids[1], ids[0]])
      expect((await control.admin.rollouts.rollback.mutate({ group })).deployment.id).toBe(id)
  })

  test('of two admins who saw the same deployment one wins, the other is told who', async () => {
    const group = await newGroup('local', 'edge')
    const seen = (await promote(group)).deployment.id
    const tries = [500, 600].map((edgeDeadlineMs) =>
      promote(group, { policy: { edgeDeadlineMs }, expected: seen }),
    )
    const results = await Promise.allSettled(tries)
    const lost = results.filter((r) => r.status === 'rejected')
    expect(lost).toHaveLength(1)
    const { code, message } = await refusalOf(Promise.reject(lost[0]!.reason))
    expect(code).toBe('CONFLICT')
    expect(message).toContain('made deployment')
  })

  test('to a deployment by its version', async () => {
    const group = await newGroup('local', 'edge')
    const first = await promote(group)
    for (const edgeDeadlineMs of [500, 600]) await promote(group, { policy: { edgeDeadlineMs } })
    const to = String(first.deployment.version)
    expect((await control.admin.rollouts.rollback.mutate({ group, to })).deployment).toEqual(first.deployment)
    expect((await refusalOf(control.admin.rollouts.rollback.mutate({ group, to: '99999' }))).code).toBe(
      'NOT_FOUND',
    )
  })

  test('without an earlier deployment is a conflict', async () => {
    const group = await newGroup('local', 'edge')
    await promote(group)
    const { code, message } = await refusalOf(control.admin.rollouts.rollback.mutate({ group }))
    expect(code).toBe('CONFLICT')
    expect(message).toBe(`Cannot roll back group "${group}": there is no earlier deployment`)
  })
})
