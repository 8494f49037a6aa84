// Our client of the Open Inference Protocol against a server that shares no code with it, and against our own: the
// same classes as the model gives by itself, in whatever form the server wants the image; and a server that is not
// well is an error with its kind, within its time.

import { beforeAll, describe, expect, test } from 'vitest'
import type { RankedClass } from '#contract/classify.ts'
import { freePort } from '#test/harness/free-port.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'
import { OipEdge } from '#workers/oip/oip-edge.ts'
import type { EdgeCall, EdgeTarget, Prepare } from '#workers/serve/offload/edge-client.ts'
import { OWN_REQUEST } from '#workers/serve/request-context.ts'
import { oipRig, photograph } from './oip-rig.ts'
import { demoModel, type OnnxModel } from './onnx-runnable.ts'
import { type Mood, type PlainOptions, PlainServer } from './plain-server.ts'

const ALL = ['binary_tensor_data', 'classification']
let model: OnnxModel
let image: Uint8Array
let expected: RankedClass[]

beforeAll(async () => {
  model = await demoModel('mobilenet_v1')
  image = await photograph()
  await using loaded = await loadModel(model.file, model)
  expected = await loaded.classify(await decodeImage(image), 3)
})

/** As the vision process does it. */
const prepare: Prepare = async (bytes, input) => prepareInput(await decodeImage(bytes), input)

const file = { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 }
function callFor(of: OnnxModel, signal = AbortSignal.timeout(10_000), name = of.name): EdgeCall {
  const edge = { id: 'heavy', name, file, contract: of.contract, labels: file }
  return { topK: 3, deadlineMs: 10_000, signal, deployment: { id: 'dep-1', edge }, prepare }
}
const target = (url: string, more: Partial<EdgeTarget> = {}): EdgeTarget => ({
  url,
  connectMs: 1_000,
  ...more,
})
const ask = (edge: OipEdge, call = callFor(model), bytes = image) =>
  edge.classify({ bytes, context: OWN_REQUEST }, call)

function expectSame(labels: RankedClass[], { names = true, digits = 5 } = {}): void {
  expect(labels.map(({ index }) => index)).toEqual(expected.map(({ index }) => index))
  for (const [i, { score, name, index }] of labels.entries()) {
    expect(score).toBeCloseTo(expected[i]!.score, digits)
    expect(name).toBe(names ? expected[i]!.name : `class ${index}`)
  }
}

describe('OipEdge', () => {
  const SERVERS: [string, PlainOptions, ('json' | 'binary')[], { names?: boolean; digits?: number }][] = [
    ['with all extensions', { extensions: ALL }, ['binary', 'binary'], {}],
    ['that knows JSON alone', {}, ['json', 'json'], { names: false }],
    ['that names classes, in JSON', { extensions: ['classification'] }, ['json', 'json'], {}],
    ['whose input has another name', { extensions: ALL, inputName: 'x:0' }, ['binary', 'binary'], {}],
    ['behind a path', { extensions: ALL, prefix: '/serving/cats' }, ['binary', 'binary'], {}],
    ['that decodes images itself', { extensions: ALL, imageShape: [-1] }, ['binary', 'binary'], {}],
    ['that decodes batches itself', { extensions: ALL, imageShape: [-1, 1] }, ['binary', 'binary'], {}],
    ['that decodes, but announces nothing', { imageShape: [1] }, ['binary', 'binary'], { names: false }],
    ['with half precision', { scoresAs: 'FP16' }, ['json', 'json'], { names: false, digits: 2 }],
    ['with double precision', { scoresAs: 'FP64' }, ['json', 'json'], { names: false }],
  ]
  test.each(SERVERS)('asks a stranger’s server %s', async (_, options, seen, how) => {
    await using server = new PlainServer(model, options)
    await using edge = new OipEdge(target(await server.listen()))
    for (let i = 0; i < 2; i++) {
      const answer = await ask(edge)
      expect(answer.model).toBe(model.name)
      expectSame(answer.labels, how)
    }
    expect(server.seen).toEqual(seen)
  })

  test.each([
    ['none of its own', {}],
    ['other ones', { extensions: ALL }],
  ])(
    'gives classes the deployment’s names where the device has them and the server has %s',
    async (_, how) => {
      const renamed = { ...model, labels: model.labels.map((name) => `their ${name}`) }
      await using server = new PlainServer(renamed, how)
      await using edge = new OipEdge(target(await server.listen()), { readLabels: async () => model.labels })
      for (let i = 0; i < 2; i++) expectSame((await ask(edge)).labels)
    },
  )

  test('asks our own server, with the image as it came', async () => {
    await using rig = await oipRig(model)
    await using edge = new OipEdge(target(rig.url, { model: model.name }))
    for (let i = 0; i < 2; i++)
      expectSame((await ask(edge, callFor(model, undefined, 'another name'))).labels)
    expect(rig.errors).toEqual([])
  })

  test('reads softmax by the strings of the server, and takes UINT8 in rows of pixels', async () => {
    const shape = { dtype: 'uint8', layout: 'nhwc', after: ['Softmax'] } as const
    const contract = { ...tinyContract(shape), output: { name: 'scores', kind: 'softmax' } } as const
    const tiny = { name: 'tiny', file: tinyModel(shape), contract, labels: TINY_LABELS }
    await using loaded = await loadModel(tiny.file, tiny)
    const want = await loaded.classify(await decodeImage(image), 3)
    for (const extensions of [ALL, []]) {
      await using server = new PlainServer(tiny, { extensions })
      await using edge = new OipEdge(target(await server.listen()))
      const { labels } = await ask(edge, callFor(tiny))
      expect(labels.map(({ index }) => index)).toEqual(want.map(({ index }) => index))
      expect(labels[0]!.score).toBeCloseTo(want[0]!.score, 5)
    }
  })

  const MOODS: readonly [Mood, object][] = [
    [
      'garbage',
      { name: 'EdgeRefused', code: 'failed', message: expect.stringMatching(/no answer of the protocol/) },
    ],
    [
      'lying',
      { name: 'EdgeRefused', code: 'failed', message: expect.stringMatching(/no answer of the protocol/) },
    ],
    ['nan', { name: 'EdgeRefused', code: 'failed' }],
    ['broken', { name: 'EdgeRefused', code: 'failed', message: expect.stringMatching(/500/) }],
    // A prepared tensor is like every other, so this is no image's fault.
    ['refusing', { name: 'EdgeRefused', code: 'failed', message: expect.stringMatching(/400/) }],
    ['gone', { name: 'EdgeRefused', code: 'failed', message: expect.stringMatching(/404/) }],
    ['busy', { name: 'EdgeRefused', code: 'busy', restMs: 2_000 }],
    ['endless', { name: 'ResponseExceededMaxSizeError' }],
    ['silent', { name: 'TimeoutError' }],
  ]
  test.each(MOODS)('says how a server fails that is %s, and finds it well again', async (mood, error) => {
    await using server = new PlainServer(model, { extensions: ALL })
    await using edge = new OipEdge(target(await server.listen()))
    await ask(edge)
    server.mood = mood
    await expect(ask(edge, callFor(model, AbortSignal.timeout(500)))).rejects.toMatchObject(error)
    server.mood = 'well'
    expectSame((await ask(edge)).labels)
  })

  test('says where a server has no such model, and where nobody listens', async () => {
    await using server = new PlainServer(model)
    const url = await server.listen()
    await using edge = new OipEdge(target(url, { model: 'unknown' }))
    await expect(ask(edge)).rejects.toMatchObject({ code: 'failed', message: expect.stringMatching(/404/) })
    await using nobody = new OipEdge(target(`http://127.0.0.1:${await freePort()}`))
    await expect(ask(nobody)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('refuses a model that does not keep the contract, before an image is sent', async () => {
    await using server = new PlainServer(model, { extensions: ALL })
    await using edge = new OipEdge(target(await server.listen()))
    const { contract } = model
    const other = { ...model, contract: { ...contract, input: { ...contract.input, width: 224 } } }
    await expect(ask(edge, callFor(other))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/expected one encoded image as BYTES or "image" as FP32/),
    })
    expect(server.seen).toEqual([])
  })

  test('an image that cannot be opened here is no fault of the edge, and nothing is sent', async () => {
    await using server = new PlainServer(model, { extensions: ALL })
    await using edge = new OipEdge(target(await server.listen()))
    const noImage = ask(edge, callFor(model), Buffer.from('no image'))
    await expect(noImage).rejects.toMatchObject({ name: 'EdgeRefused', code: 'unsent' })
    const never = { ...callFor(model, AbortSignal.timeout(300)), prepare: () => new Promise<never>(() => {}) }
    await expect(ask(edge, never)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(server.seen).toEqual([])
    expectSame((await ask(edge)).labels)
  })

  test('an image that the server refuses is the image’s fault', async () => {
    await using rig = await oipRig(model)
    await using edge = new OipEdge(target(rig.url))
    const noImage = Buffer.from('no image')
    await expect(ask(edge, callFor(model), noImage)).rejects.toMatchObject({ code: 'image' })
    expectSame((await ask(edge)).labels)
  })
})
