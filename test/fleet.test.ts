// The whole system as processes of their own, used as its users do, over the public door: all six stages, then
// everything that can happen to a fleet in the field. The tests are one story and run in this order.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDataset } from '#admin/client/add-dataset.ts'
import { addModel } from '#admin/client/add-model.ts'
import { classify } from '#admin/client/classify.ts'
import { waitForJobs } from '#admin/client/wait.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { ClassifyAnswer } from '#contract/classify.ts'
import type { Preference } from '#contract/decision.ts'
import type { Deployment } from '#contract/deployment.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { type Traffic, whileAsking } from '#test/harness/clients.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { type DeviceName, Fleet } from '#test/harness/fleet.ts'
import { processesWith } from '#test/harness/process-table.ts'
import { until } from '#test/harness/until.ts'

const SCENES = 72
const MODELS = path.resolve(import.meta.dirname, '../demo/models')
/** Of the demo's candidates three that lie far apart, so that a busy machine finds the same one fastest. */
const MODEL_NAMES = ['mobilenet_v1', 'inception_v2', 'inception_v4']
const OVERRIDE = 'so few scenes prove nothing, and this fleet is a test'

let database: TestDatabase
let fleet: Fleet
let images: Buffer[]
/** All that the pi has answered since it was enrolled. */
let answeredByPi = 0

beforeAll(async () => {
  database = await createTestDatabase()
  fleet = await Fleet.create(database.url)
  await fleet.startControl()
  await Promise.all([fleet.startDevice('tx2'), fleet.startDevice('pi')])
})
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await database?.drop()
})

const ask = async (name: DeviceName, n: number, preference: Preference = 'balanced') => {
  const answer = await classify(images[n % SCENES]!, { url: fleet.url(name), preference })
  if (name === 'pi') answeredByPi++
  return answer
}

const serving = (deployment: Deployment) =>
  until(
    'both devices report that they serve it',
    async () => {
      const { items: devices } = await fleet.api.trpc.devices.list.query()
      return devices.every((d) => d.report?.servingDeploymentId === deployment.id)
    },
    60_000,
  )

const sequenceOf = async (name: DeviceName) =>
  (await fleet.api.trpc.devices.get.query({ name })).report!.sequence

const versionsIn = (traffic: readonly Traffic[]) =>
  new Set(traffic.flatMap((t) => t.answers.map((a) => a.deployment)))

/** Every request was answered, and no client ever saw the old deployment again after the new one. */
function expectSwitch(traffic: readonly Traffic[], [from, to]: [Deployment, Deployment]) {
  for (const { answers, failures } of traffic) {
    expect(failures).toEqual([])
    const ids = answers.map((a) => a.deployment)
    expect(ids.indexOf(to.id) < 0 || ids.lastIndexOf(from.id) < ids.indexOf(to.id)).toBe(true)
    expect(answers.filter((a) => a.byFallback)).toEqual([])
  }
  expect(versionsIn(traffic)).toEqual(new Set([from.id, to.id]))
}

/** Decisions of the pi that the control plane has: their number, and whether any is missing in between. */
async function decisionsOfPi() {
  const pi = await fleet.api.trpc.devices.get.query({ name: 'pi' })
  const totals = await fleet.api.trpc.decisions.totals.query({})
  const count = totals.filter((t) => t.deviceId === pi.id).reduce((sum, t) => sum + t.images, 0)
  const { items: newest } = await fleet.api.trpc.decisions.list.query({ limit: 1_000 })
  const sequences = newest.filter((d) => d.deviceId === pi.id).map((d) => d.sequence)
  return { count, last: Math.max(0, ...sequences) }
}

async function expectEveryDecisionOnce() {
  await until(
    'every decision of the pi is in the control plane',
    async () => (await decisionsOfPi()).count >= answeredByPi,
    40_000,
  )
  expect(await decisionsOfPi()).toEqual({ count: answeredByPi, last: answeredByPi })
}

let selectionId: string
let first: Deployment
let second: Deployment

describe('a fleet', () => {
  test('profiles every candidate on both devices', { timeout: 90_000 }, async () => {
    const folder = path.join(fleet.home, 'scenes')
    await writeScenes({ folder, split: 'test', count: SCENES })
    images = await Promise.all(
      Array.from({ length: SCENES }, (_, i) => readFile(path.join(folder, sceneFile('test', i)))),
    )
    const labels = path.join(folder, 'classes.txt')
    for (const name of MODEL_NAMES) {
      const document = JSON.parse(await readFile(path.join(MODELS, `${name}.json`), 'utf8'))
      await addModel(fleet.api, { ...document, file: path.join(MODELS, `${name}.onnx`), labels })
    }
    const source = path.join(folder, 'labels.csv')
    await addDataset(fleet.api, { source, name: 'scenes', labels, onProgress: () => undefined })
    const jobs = await fleet.api.trpc.profiles.create.mutate({ dataset: 'scenes', models: MODEL_NAMES })
    const done = await waitForJobs(fleet.api, jobs, () => undefined)
    expect(done).toHaveLength(2 * MODEL_NAMES.length + 1)
    for (const { summary } of done.filter((job) => job.kind === 'profile'))
      expect(summary).toMatchObject({ images: SCENES, energy: { method: 'model' } })
  })

  test('selects the light model for the pi and a better one for the edge', async () => {
    const { id, result } = await fleet.api.trpc.selections.create.mutate({ dataset: 'scenes' })
    selectionId = id
    expect(result.ok).toBe(true)
    const chosen = result.candidates.filter(
      (c) => result.ok && [result.localModelId, result.edgeModelId].includes(c.modelId),
    )
    const local = chosen.find((c) => result.ok && c.modelId === result.localModelId)!
    const edge = chosen.find((c) => c !== local)!
    expect(local.name).toBe('mobilenet_v1')
    expect(edge.top1).toBeGreaterThan(local.top1)
  })

  test('trains a router and promotes it to both devices', { timeout: 60_000 }, async () => {
    const trained = await trainRouter(fleet.api, {
      selection: selectionId,
      kind: 'forest',
      folds: 5,
    })
    const promoted = await fleet.api.trpc.rollouts.promote.mutate({ router: trained.id, override: OVERRIDE })
    first = promoted.deployment
    await serving(first)
    for (const name of ['pi', 'tx2'] as const)
      expect((await fleet.api.trpc.devices.get.query({ name })).report).toMatchObject({
        state: 'serving',
        servingDeploymentId: first.id,
        functionDriver: 'workerd',
      })
  })

  test('serves: hard images arrive at the edge, easy ones stay, and more are right', async () => {
    const scenes = images.map((_, index) => renderScene({ split: 'test', index }))
    const answers: ClassifyAnswer[] = []
    for (let i = 0; i < SCENES; i++) answers.push(await ask('pi', i))
    for (const { tier, decision, model } of answers) {
      expect(decision).toMatchObject({ router: 'forest', reason: 'routed' })
      expect(tier).toBe(decision.score! >= decision.threshold! ? 'edge' : 'local')
      expect(model).toBe(tier === 'edge' ? first.edge.name : first.local.name)
    }
    const sent = scenes.filter((_, i) => answers[i]!.tier === 'edge')
    const kept = scenes.filter((_, i) => answers[i]!.tier === 'local')
    const difficulty = (of: typeof scenes) => of.reduce((sum, scene) => sum + scene.difficulty, 0) / of.length
    expect(difficulty(sent)).toBeGreaterThan(difficulty(kept) + 0.1)

    const isRight = (answer: ClassifyAnswer, i: number) => answer.labels[0]!.index === scenes[i]!.label
    const alone: ClassifyAnswer[] = []
    for (let i = 0; i < SCENES; i++) alone.push(await ask('pi', i, 'local-only'))
    expect(answers.filter(isRight).length).toBeGreaterThan(alone.filter(isRight).length)
  })

  test('is told what was decided: every decision once', { timeout: 60_000 }, async () => {
    await expectEveryDecisionOnce()
    const totals = await fleet.api.trpc.decisions.totals.query({})
    expect(new Set(totals.map((t) => t.tier))).toEqual(new Set(['local', 'edge']))
  })

  test('takes a second deployment under load, and no request fails', { timeout: 90_000 }, async () => {
    const trained = await trainRouter(fleet.api, {
      selection: selectionId,
      kind: 'confidence',
      offloadTarget: 0.5,
      folds: 5,
    })
    const onPi = { clients: 3, ask: (n: number) => ask('pi', n) }
    const onTx2 = (n: number) => ask('tx2', n)
    let atEdge: Traffic[] = []
    const atPi = await whileAsking(onPi.clients, onPi.ask, async () => {
      atEdge = await whileAsking(1, onTx2, async () => {
        second = (await fleet.api.trpc.rollouts.promote.mutate({ router: trained.id, override: OVERRIDE }))
          .deployment
        await serving(second)
        await until('both devices answer by it', async () => {
          const answers = await Promise.all([ask('pi', 0), ask('tx2', 0)])
          return answers.every((a) => a.deployment === second.id)
        })
      })
    })
    expectSwitch(atPi, [first, second])
    expectSwitch(atEdge, [first, second])
    expect(await ask('pi', 1)).toMatchObject({ decision: { router: 'confidence' } })
  })

  test('rolls back under load to the first deployment, by a higher sequence', {
    timeout: 60_000,
  }, async () => {
    const before = await sequenceOf('pi')
    const traffic = await whileAsking(
      3,
      (n) => ask('pi', n),
      async () => {
        const { deployment } = await fleet.api.trpc.rollouts.rollback.mutate({})
        expect(deployment.id).toBe(first.id)
        await serving(first)
      },
    )
    expectSwitch(traffic, [second, first])
    expect(await sequenceOf('pi')).toBeGreaterThan(before)
    const [current] = (await fleet.api.trpc.rollouts.history.query({ limit: 1 })).items
    expect(current!.rollout).toMatchObject({ kind: 'rollback', state: 'current' })
  })

  test('goes on locally when the edge is killed: none fails, and soon none waits', async () => {
    expect(await ask('pi', 0, 'accuracy')).toMatchObject({ tier: 'edge' })
    await fleet.process('tx2').kill()
    const answers: ClassifyAnswer[] = []
    for (let i = 0; i < 20; i++) answers.push(await ask('pi', i, 'accuracy'))
    for (const { tier, decision } of answers) {
      expect(tier).toBe('local')
      expect(['edge-error', 'breaker-open']).toContain(decision.reason)
    }
    expect(answers[0]!.decision.reason).toBe('edge-error')
    const open = answers.filter((a) => a.decision.reason === 'breaker-open')
    expect(open.length).toBeGreaterThan(10)
    // Nobody was even asked.
    expect(open.filter((a) => a.timingsMs.edge !== undefined)).toEqual([])
  })

  test('finds the edge again, wherever it comes back', { timeout: 60_000 }, async () => {
    const orphans = await processesWith(fleet.runFolder('tx2'))
    await fleet.startDevice('tx2')
    for (const { pid } of orphans)
      expect((await processesWith(fleet.runFolder('tx2'))).map((p) => p.pid)).not.toContain(pid)
    await until(
      'the pi is answered by the edge',
      async () => (await ask('pi', 0, 'accuracy')).tier === 'edge',
      40_000,
    )
  })

  test('keeps serving without a control plane', async () => {
    await expectEveryDecisionOnce()
    await fleet.process('control').kill()
    for (let i = 0; i < 20; i++) {
      expect(await ask('pi', i, 'accuracy')).toMatchObject({ tier: 'edge', deployment: first.id })
      expect(await ask('tx2', i)).toMatchObject({ tier: 'edge', deployment: first.id })
    }
  })

  test('boots a killed pi with no control plane to its last good deployment', {
    timeout: 60_000,
  }, async () => {
    // Without a moment's wait: a decision is on its way to disk before its answer is on its way to the client.
    await fleet.process('pi').kill()
    await fleet.startDevice('pi')
    for (let i = 0; i < 10; i++)
      expect(await ask('pi', i)).toMatchObject({
        deployment: first.id,
        byFallback: false,
        decision: { router: 'forest' },
      })
    expect(await ask('pi', 0, 'accuracy')).toMatchObject({ tier: 'edge' })
  })

  test('hands in every decision once when the control plane is back, also those from before a restart', {
    timeout: 90_000,
  }, async () => {
    expect(await fleet.process('pi').stop()).toBe(0)
    await fleet.startDevice('pi')
    await ask('pi', 3)
    await fleet.startControl()
    await expectEveryDecisionOnce()
  })

  test('shuts a revoked device out at its next call, and the device goes on serving', {
    timeout: 60_000,
  }, async () => {
    expect(await fleet.api.trpc.devices.revoke.mutate({ name: 'pi' })).toEqual({ revoked: true })
    await until(
      'the pi was told',
      () => fleet.process('pi').output.includes('the device was revoked'),
      30_000,
    )
    expect(fleet.process('pi').isAlive).toBe(true)
    expect(await ask('pi', 0)).toMatchObject({ deployment: first.id })
    await ask('tx2', 0)
  })

  test('stops when it is told and leaves no process and no folder', { timeout: 60_000 }, async () => {
    expect(await fleet.stop()).toEqual({ control: 0, tx2: 0, pi: 0 })
    expect(await fleet.leftovers()).toEqual([])
  })
})
