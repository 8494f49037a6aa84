// The control plane is gone for the whole test: two real devices serve, are killed and boot, serve, are killed together
// and boot again, serve. Only then does it come back, hears of every decision once, and the fleet takes what it
// promotes next. Addresses stay, as in the field: nobody is there who could tell new ones.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDataset } from '#admin/client/add-dataset.ts'
import { addModel } from '#admin/client/add-model.ts'
import { classify } from '#admin/client/classify.ts'
import { waitForJobs } from '#admin/client/wait.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { Preference } from '#contract/decision.ts'
import type { Deployment } from '#contract/deployment.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { type DeviceName, Fleet } from '#test/harness/fleet.ts'
import { freePort } from '#test/harness/free-port.ts'
import { until } from '#test/harness/until.ts'

const SCENES = 24
const MODELS = path.resolve(import.meta.dirname, '../demo/models')
const ROUND = 15
const DEVICES = ['tx2', 'pi'] as const

let database: TestDatabase
let fleet: Fleet
let images: Buffer[]
let router: string
let deployment: Deployment
const answered = { pi: 0, tx2: 0 }

const promote = async (edgeDeadlineMs: number) => {
  const override = 'so few scenes prove nothing, and this fleet is a test'
  const made = await fleet.api.trpc.rollouts.promote.mutate({ router, override, policy: { edgeDeadlineMs } })
  await until(
    'both devices report that they serve it',
    async () => {
      const { items: devices } = await fleet.api.trpc.devices.list.query()
      return devices.every((d) => d.report?.servingDeploymentId === made.deployment.id)
    },
    40_000,
  )
  return made.deployment as Deployment
}

beforeAll(async () => {
  database = await createTestDatabase()
  const ports = { TANDEM_PI_PORT: `${await freePort()}`, TANDEM_TX2_PORT: `${await freePort()}` }
  fleet = await Fleet.create(database.url, ports)
  await fleet.startControl()
  await Promise.all(DEVICES.map((name) => fleet.startDevice(name)))
  const folder = path.join(fleet.home, 'scenes')
  await writeScenes({ folder, split: 'test', count: SCENES })
  const fileOf = (_: unknown, i: number) => readFile(path.join(folder, sceneFile('test', i)))
  images = await Promise.all(Array.from({ length: SCENES }, fileOf))
  const labels = path.join(folder, 'classes.txt')
  const models = ['mobilenet_v1', 'inception_v4']
  for (const name of models) {
    const document = JSON.parse(await readFile(path.join(MODELS, `${name}.json`), 'utf8'))
    await addModel(fleet.api, { ...document, file: path.join(MODELS, `${name}.onnx`), labels })
  }
  const source = path.join(folder, 'labels.csv')
  await addDataset(fleet.api, { source, name: 'scenes', labels, onProgress: () => undefined })
  const jobs = await fleet.api.trpc.profiles.create.mutate({ dataset: 'scenes', models })
  await waitForJobs(fleet.api, jobs, () => undefined)
  await fleet.api.trpc.selections.create.mutate({ dataset: 'scenes' })
  router = (await trainRouter(fleet.api, { kind: 'confidence', offloadTarget: 0.5, folds: 2 })).id
  deployment = await promote(1_000)
}, 90_000)
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await database?.drop()
})

const ask = async (name: DeviceName, n: number, preference: Preference) => {
  const answer = await classify(images[n % SCENES]!, { url: fleet.url(name), preference })
  answered[name]++
  if (name === 'pi' && answer.tier === 'edge') answered.tx2++
  return answer
}

/** Some images on both devices; whatever needs the edge on the pi is answered by the edge. */
async function serve(): Promise<void> {
  await until('the pi is answered by the edge', async () => {
    const answer = await ask('pi', 0, 'accuracy')
    return answer.tier === 'edge'
  })
  for (const name of DEVICES)
    for (let i = 0; i < ROUND; i++) {
      const answer = await ask(name, i, 'accuracy')
      expect(answer).toMatchObject({ tier: 'edge', deployment: deployment.id, byFallback: false })
    }
}

const kill = (name: DeviceName) => fleet.process(name).kill()

/** As the control plane has them: how many of each device, and the highest number. */
async function decisionsOf(name: DeviceName) {
  const { id } = await fleet.api.trpc.devices.get.query({ name })
  const totals = await fleet.api.trpc.decisions.totals.query({})
  const { items: newest } = await fleet.api.trpc.decisions.list.query({ limit: 1_000 })
  const count = totals.filter((t) => t.deviceId === id).reduce((sum, t) => sum + t.images, 0)
  return { count, last: Math.max(0, ...newest.filter((d) => d.deviceId === id).map((d) => d.sequence)) }
}

test('devices serve, are killed, boot and serve; when it is back it hears of all', {
  timeout: 90_000,
}, async () => {
  await fleet.process('control').kill()
  await serve()
  for (const name of DEVICES) {
    await kill(name)
    await fleet.startDevice(name)
    await serve()
  }
  await Promise.all(DEVICES.map(kill))
  // The pi first: it boots without its edge too.
  await fleet.startDevice('pi')
  const alone = await ask('pi', 0, 'local-only')
  expect(alone).toMatchObject({ tier: 'local', deployment: deployment.id })
  await fleet.startDevice('tx2')
  await serve()

  await fleet.startControl()
  for (const name of DEVICES) {
    await until(
      `every decision of ${name} is there`,
      async () => (await decisionsOf(name)).count >= answered[name],
      60_000,
    )
    // None is missing in between, and none is there twice.
    const { count, last } = await decisionsOf(name)
    expect(count).toBe(last)
    // The edge may have answered what the pi did not wait for.
    if (name === 'pi') expect(count).toBe(answered.pi)
  }
  deployment = await promote(1_500)
  await serve()
})
