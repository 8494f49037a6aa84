// The built-in function from its source to its answer: bundled, hosted in every driver, on a real (tiny) ONNX
// model and real image bytes, with a stub for the edge.

import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FunctionAnswer } from '#contract/classify.ts'
import { IMAGE_HANDLE_HEADER } from '#contract/function-bindings.ts'
import { RouterDocument } from '#contract/router.ts'
import type { Tier } from '#contract/tier.ts'
import app from '#functions/classify/classify.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { plain } from '#test/vision/images.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { makeRig, REQUEST, type Rig } from '#test/workers/host/rig.ts'
import { type LoadedModel, loadModel } from '#vision/onnx-model.ts'
import { createVision } from '#vision/vision.ts'
import type { EdgePort } from '#workers/host/bindings-server.ts'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { tableEntry } from '#workers/host/image-table.ts'
import { miniflareHost } from '#workers/host/miniflare-host.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'

/** Needs the edge where the image is dark. */
const forest = RouterDocument.parse({
  schema: 1,
  kind: 'forest',
  threshold: 0.5,
  featuresVersion: 1,
  features: ['avg_brightness'],
  scaler: { min: [0], max: [255] },
  trees: [
    {
      feature: [0, -1, -1],
      threshold: [0.2, 0, 0],
      left: [1, 0, 0],
      right: [2, 0, 0],
      value: [0, 0.9, 0.1],
    },
  ],
})
const confidence = RouterDocument.parse({ schema: 1, kind: 'confidence', threshold: 0.5 })
const alwaysEdge = RouterDocument.parse({ schema: 1, kind: 'always-edge', threshold: -1 })

const willingEdge: EdgePort = {
  offload: async ({ bytes }) => ({
    ok: true,
    model: 'heavy',
    labels: [{ index: 0, name: `${bytes.length} bytes`, score: 1 }],
    ms: 4,
  }),
}
const restingEdge: EdgePort = {
  offload: async () => ({ ok: false, reason: 'breaker-open', message: 'resting', ms: 0 }),
}

let code: string
let model: LoadedModel
beforeAll(async () => {
  code = await bundleFunction(path.resolve(import.meta.dirname, '../../functions/classify/classify.ts'))
  model = await loadModel(tinyModel(), { name: 'tiny', contract: tinyContract(), labels: TINY_LABELS })
})
afterAll(() => model[Symbol.asyncDispose]())

describe.each<[string, FunctionHost]>([
  ['workerd', workerdHost()],
  ['thread', threadHost()],
  ['miniflare', miniflareHost()],
])('classify in %s', (_, host) => {
  let rig: Rig
  let running: RunningFunction
  const start = async (router: unknown, { edge = willingEdge, tier = 'local' as Tier } = {}) => {
    rig = await makeRig({ vision: createVision({ model }), edge, router })
    const spec = rig.spec(code)
    running = await host.start({ ...spec, deployment: { ...spec.deployment, tier } })
  }
  const classify = async (colour: string, request = REQUEST) => {
    const bytes = await plain({ colour }).png().toBuffer()
    return FunctionAnswer.parse(await running.classify(rig.images.add(tableEntry(bytes)), request))
  }
  afterEach(async () => {
    await running[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })

  test('a forest keeps the bright image and sends the dark one, each with its reason', async () => {
    await start(forest)
    const bright = await classify('#20ff20')
    expect(bright).toMatchObject({ tier: 'local', model: 'tiny', labels: [{ index: 1, name: 'green' }] })
    const decision = { router: 'forest', version: 3, threshold: 0.5, reason: 'routed' }
    expect(bright.decision).toMatchObject({ ...decision, score: expect.closeTo(0.1) })
    expect(Object.keys(bright.timingsMs).sort()).toEqual(['features', 'local'])
    const dark = await classify('#000020')
    expect(dark).toMatchObject({
      tier: 'edge',
      model: 'heavy',
      decision: { ...decision, score: expect.closeTo(0.9) },
    })
    expect(rig.errors).toEqual([])
  })

  test('confidence asks the local model first, and answers with it where the edge refuses', async () => {
    await start(confidence, { edge: restingEdge })
    const sure = await classify('#ff0000', { ...REQUEST, topK: 3 })
    expect(sure.labels.map(({ name }) => name)).toEqual(['red', 'green', 'blue'])
    expect(sure.decision).toMatchObject({ router: 'confidence', reason: 'routed' })
    const unsure = await classify('#808080')
    expect(unsure).toMatchObject({ tier: 'local', model: 'tiny', decision: { reason: 'breaker-open' } })
  })

  test('the client may ask for the local tier, and the edge tier decides nothing', async () => {
    await start(alwaysEdge)
    expect((await classify('#ff0000')).tier).toBe('edge')
    const local = await classify('#ff0000', { ...REQUEST, preference: 'local-only' })
    expect(local).toMatchObject({ tier: 'local', decision: { router: 'none', reason: 'preference' } })
  })

  test('on the edge tier it answers directly', async () => {
    await start(alwaysEdge, { tier: 'edge' })
    expect(await classify('#0000ff')).toMatchObject({
      tier: 'edge',
      model: 'tiny',
      decision: { reason: 'direct' },
    })
  })

  test('an image that cannot be decoded fails the request, not the function', async () => {
    await start(confidence)
    const handle = rig.images.add(tableEntry(Buffer.from('no image')))
    await expect(running.classify(handle, REQUEST)).rejects.toMatchObject({ code: 'error-answer' })
    expect(await classify('#0000ff')).toMatchObject({ model: 'tiny' })
  })
})

describe('classify as a module', () => {
  test('answers its health without any binding', async () => {
    expect(await (await app.request('/healthz')).json()).toEqual({ ok: true })
  })

  test('refuses a request that names no image', async () => {
    const response = await app.request('/classify', { method: 'POST', body: JSON.stringify(REQUEST) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'no-image' } })
  })

  test('tells what a binding refused', async () => {
    const refusing = {
      fetch: async () => new Response('{"error":{"code":"unknown-image"}}', { status: 404 }),
    }
    const deployment = { tier: 'edge', routerVersion: 1, router: alwaysEdge }
    const env = { VISION: refusing, EDGE: refusing, DEPLOYMENT: JSON.stringify(deployment) }
    const headers = { [IMAGE_HANDLE_HEADER]: 'x' }
    const init = { method: 'POST', headers, body: JSON.stringify(REQUEST) }
    const response = await app.request('/classify', init, env)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('answers 404')
  })
})
