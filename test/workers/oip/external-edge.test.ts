// A fleet whose edge half is somebody else's server: a control plane and a pi worker as processes, no tx2 worker at all,
// and a server of the protocol that shares no code with ours. What the edge model does was measured in a lab, by a
// device of another group.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDataset } from '#admin/client/add-dataset.ts'
import { addModel } from '#admin/client/add-model.ts'
import { classify } from '#admin/client/classify.ts'
import { waitForJobs } from '#admin/client/wait.ts'
import { trainRouter } from '#admin/client/work.ts'
import type { ClassifyAnswer } from '#contract/classify.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { enrolDevice, runJobs } from '#test/admin/fake-device.ts'
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts'
import { Fleet } from '#test/harness/fleet.ts'
import { until } from '#test/harness/until.ts'
import { runTandem } from '#test/workers/observe/run-tandem.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { demoModel, type OnnxModel } from './onnx-runnable.ts'
import { PlainServer } from './plain-server.ts'

const MODELS = path.resolve(import.meta.dirname, '../../../demo/models')
const NAMES = ['mobilenet_v1', 'resnet_v1_50']
const SCENES = 24
const TOP = 3
const OVERRIDE = 'so few scenes prove nothing, and this fleet is a test'

let database: TestDatabase
let fleet: Fleet
let images: Buffer[]
let edgeModel: OnnxModel
let server: PlainServer
let url: string

beforeAll(async () => {
  database = await createTestDatabase()
  fleet = await Fleet.create(database.url)
  await fleet.startControl()
  await fleet.startDevice('pi')
  images = await profileScenes()
  const { trpc } = fleet.api
  const { id: selection, result } = await trpc.selections.create.mutate({ dataset: 'scenes' })
  if (!result.ok) throw new Error(result.reasons.join(' '))
  await trainRouter(fleet.api, { selection, kind: 'confidence', folds: 2 })
  const { items: models } = await trpc.models.list.query()
  edgeModel = await demoModel(models.find((model) => model.id === result.edgeModelId)!.name)
  // It names no classes: names must come from the deployment.
  server = new PlainServer(edgeModel, { extensions: ['binary_tensor_data'], prefix: '/serving' })
  url = await server.listen()
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await fleet?.[Symbol.asyncDispose]()
  await database?.drop()
})

async function profileScenes(): Promise<Buffer[]> {
  const folder = path.join(fleet.home, 'scenes')
  await writeScenes({ folder, split: 'test', count: SCENES })
  const labels = path.join(folder, 'classes.txt')
  for (const name of NAMES) {
    const document = JSON.parse(await readFile(path.join(MODELS, `${name}.json`), 'utf8'))
    await addModel(fleet.api, { ...document, file: path.join(MODELS, `${name}.onnx`), labels })
  }
  const source = path.join(folder, 'labels.csv')
  await addDataset(fleet.api, { source, name: 'scenes', labels, onProgress: () => undefined })
  const files = Array.from({ length: SCENES }, (_, i) => readFile(path.join(folder, sceneFile('test', i))))
  const scenes = await Promise.all(files)
  const request = (pathname: string, init?: RequestInit) => fetch(fleet.controlUrl + pathname, init)
  const lab = { name: 'lab', tier: 'edge', group: 'lab' } as const
  const device = await enrolDevice({ admin: fleet.api.trpc, request }, lab)
  const jobs = await fleet.api.trpc.profiles.create.mutate({ dataset: 'scenes', models: NAMES })
  const seen = new Map(
    await Promise.all(NAMES.map(async (name) => [name, await outcomes(name, scenes)] as const)),
  )
  await runJobs(device, (name, index) => seen.get(name)![index]!)
  await waitForJobs(fleet.api, jobs, () => undefined)
  return scenes
}

async function outcomes(name: string, scenes: readonly Uint8Array[]) {
  await using model = await loadModel((await demoModel(name)).file, await demoModel(name))
  const seen = []
  for (const scene of scenes) {
    const ranked = await model.classify(await decodeImage(scene), 5)
    seen.push({ top: ranked.map(({ index, score }) => ({ class: index, p: score })), latencyMs: 5 })
  }
  return seen
}

async function tandem<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runTandem(fleet, '--json', ...args)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}

const askPi = (bytes: Uint8Array): Promise<ClassifyAnswer> =>
  classify(bytes, { url: fleet.url('pi'), preference: 'accuracy', topK: TOP })

/** Once the device has taken over a manifest; an edge on a busy machine may be late for one answer, never for all. */
const answeredBy = (tier: 'edge' | 'local', scene = images[0]!) =>
  until(`an answer of tier ${tier}`, async () => {
    const answer = await askPi(scene)
    return answer.tier === tier && answer
  })

interface Edge {
  readonly id: string
  readonly url: string
  readonly model: string
}

test('the server is the edge half from the promotion on, until it is revoked', {
  timeout: 90_000,
}, async () => {
  const refused = await runTandem(fleet, 'promote', '--override', OVERRIDE)
  expect(refused.stderr).toContain('has no device of tier edge')
  await tandem('promote', '--override', OVERRIDE, '--edge-url', url)

  await using alone = await loadModel(edgeModel.file, edgeModel)
  for (const scene of images.slice(0, 6)) {
    const asked = server.seen.length
    const { model, labels } = await answeredBy('edge', scene)
    const expected = await alone.classify(await decodeImage(scene), TOP)
    expect(model).toBe(edgeModel.name)
    expect(labels.map(({ index, name }) => [index, name])).toEqual(
      expected.map(({ index, name }) => [index, name]),
    )
    expect(labels[0]!.score).toBeCloseTo(expected[0]!.score, 4)
    expect(server.seen.length).toBeGreaterThan(asked)
  }

  // What opens strangers' bytes is another process, also where the edge wants them opened.
  const maps = `/proc/${fleet.process('pi').pid}/maps`
  if (existsSync(maps)) expect(await readFile(maps, 'utf8')).not.toMatch(/libvips|sharp|onnxruntime/)

  const [declared, ...others] = await tandem<Edge[]>('edges', 'list')
  expect([declared, others]).toEqual([expect.objectContaining({ url, model: edgeModel.name }), []])
  await tandem('edges', 'revoke', declared!.id)
  const local = await answeredBy('local')
  expect(local.decision.reason).toBe('edge-error')
  const asked = server.seen.length
  expect((await askPi(images[1]!)).tier).toBe('local')
  expect(server.seen.length).toBe(asked)

  const other = await runTandem(fleet, 'edges', 'declare', url, '--model', 'unknown')
  expect([other.code, other.stderr]).toEqual([
    1,
    expect.stringContaining('GET /v2/models/unknown with status 404'),
  ])
  await tandem('edges', 'declare', url, '--model', edgeModel.name)
  await answeredBy('edge')
})
