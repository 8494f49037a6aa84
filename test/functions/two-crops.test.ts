// The example in both drivers of devices: which crops it asks for, what it makes of them, and on real scenes with the
// demo's models that it is worth its second inference.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FunctionAnswer, type RankedClass } from '#contract/classify.ts'
import type { Crop } from '#contract/function-bindings.ts'
import type { Tier } from '#contract/tier.ts'
import { sceneLabel } from '#demo/scenes/render-scene.ts'
import { sceneFile, writeScenes } from '#demo/write-scenes.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { type TempFolder, tempFolder } from '#test/harness/temp-folder.ts'
import { plain } from '#test/vision/images.ts'
import { demoModel } from '#test/workers/front-door/front-door-rig.ts'
import { makeRig, REQUEST, type Rig } from '#test/workers/host/rig.ts'
import { imageEntry } from '#vision/image-entry.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { createVision, type Vision } from '#vision/vision.ts'
import type { EdgePort } from '#workers/host/bindings-server.ts'
import type { FunctionHost, RunningFunction } from '#workers/host/function-host.ts'
import { tableEntry } from '#workers/host/image-table.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { workerdHost } from '#workers/host/workerd/workerd-host.ts'

const ENTRY = path.resolve(import.meta.dirname, '../../functions/examples/two-crops.ts')
const edge: EdgePort = {
  offload: async () => ({ ok: true, model: 'heavy', labels: [{ index: 9, name: 'nine', score: 1 }], ms: 4 }),
}
const resting: EdgePort = {
  offload: async () => ({ ok: false, reason: 'breaker-open', message: 'resting', ms: 0 }),
}
const ranked = (...pairs: [number, number][]): RankedClass[] =>
  pairs.map(([index, score]) => ({ index, name: `class ${index}`, score }))

let code: string
beforeAll(async () => {
  code = await bundleFunction(ENTRY)
})

interface Views {
  readonly own: RankedClass[]
  readonly corner: RankedClass[]
}

describe.each<[string, FunctionHost]>([
  ['workerd', workerdHost()],
  ['thread', threadHost()],
])('two-crops in %s', (_, host) => {
  let rig: Rig
  let running: RunningFunction
  const crops: (Crop | undefined)[] = []
  const start = async (views: Views, port: EdgePort = edge, tier: Tier = 'local') => {
    crops.length = 0
    const vision: Vision = {
      features: () => Promise.reject(new Error('not asked')),
      async infer(_image, topK, crop) {
        crops.push(crop)
        return { model: 'light', labels: (crop ? views.corner : views.own).slice(0, topK), ms: 2 }
      },
    }
    rig = await makeRig({ vision, edge: port })
    const spec = rig.spec(code)
    running = await host.start({ ...spec, deployment: { ...spec.deployment, tier } })
  }
  const classify = async (request = REQUEST) =>
    FunctionAnswer.parse(await running.classify(rig.image(1), request))
  afterEach(async () => {
    await running[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })

  test('answers by the average of two crops that agree', async () => {
    await start({ own: ranked([1, 0.7], [2, 0.2]), corner: ranked([1, 0.5], [3, 0.4]) })
    const answer = await classify({ ...REQUEST, topK: 3 })
    expect(answer).toMatchObject({ tier: 'local', model: 'light', timingsMs: { local: 4 } })
    expect(answer.labels.map(({ index }) => index)).toEqual([1, 3, 2])
    expect(answer.labels[0]!.score).toBeCloseTo(0.6)
    expect(answer.decision).toMatchObject({
      router: 'two-crops',
      score: expect.closeTo(0.4),
      reason: 'routed',
    })
    expect(crops.filter((crop) => crop === undefined)).toHaveLength(1)
    expect(crops).toContainEqual({ x: 0, y: 0, width: 0.9, height: 0.9 })
  })

  test.each<[string, Views]>([
    ['differ', { own: ranked([1, 0.9]), corner: ranked([2, 0.9]) }],
    ['are unsure together', { own: ranked([1, 0.3], [2, 0.2]), corner: ranked([1, 0.4]) }],
  ])('asks the edge where they %s', async (_, views) => {
    await start(views)
    expect(await classify()).toMatchObject({ tier: 'edge', model: 'heavy', timingsMs: { local: 4, edge: 4 } })
  })

  test('answers by itself where the edge refuses, and where the client wants that', async () => {
    await start({ own: ranked([1, 0.9]), corner: ranked([2, 0.5]) }, resting)
    const refused = await classify()
    expect(refused).toMatchObject({
      tier: 'local',
      labels: [{ index: 1 }],
      decision: { reason: 'breaker-open' },
    })
    const wanted = await classify({ ...REQUEST, preference: 'local-only' })
    expect(wanted).toMatchObject({ tier: 'local', decision: { reason: 'preference', score: null } })
  })

  test('on the edge tier it looks once', async () => {
    await start({ own: ranked([1, 0.9]), corner: ranked([2, 0.5]) }, edge, 'edge')
    expect(await classify()).toMatchObject({ tier: 'edge', model: 'light', decision: { reason: 'direct' } })
    expect(crops).toEqual([undefined])
  })
})

/** Of the split that no candidate was trained on. */
const SCENES = 200

describe('two-crops on the demo scenes', () => {
  let folder: TempFolder
  beforeAll(async () => {
    folder = await tempFolder('crops')
    await writeScenes({ folder: folder.path, split: 'test', count: SCENES })
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  test('is right more often than the light model, and sends a part', async () => {
    const light = await loadModel((await demoModel('mobilenet_v1')).file, {
      name: 'light',
      ...(await demoModel('mobilenet_v1')),
    })
    const heavy = await loadModel((await demoModel('inception_v4')).file, {
      name: 'heavy',
      ...(await demoModel('inception_v4')),
    })
    const [near, far] = [createVision({ model: light }), createVision({ model: heavy })]
    const offload: EdgePort['offload'] = async (image, topK) => ({
      ok: true,
      ...(await far.infer(imageEntry(image.bytes), topK)),
    })
    const rig = await makeRig({ vision: near, edge: { offload } })
    const running = await workerdHost().start(rig.spec(code))
    const right = { alone: 0, together: 0 }
    let sent = 0
    for (let i = 0; i < SCENES; i++) {
      const image = tableEntry(await readFile(path.join(folder.path, sceneFile('test', i))))
      const handle = rig.images.add(image)
      const answer = FunctionAnswer.parse(await running.classify(handle, REQUEST))
      rig.images.delete(handle)
      if (answer.tier === 'edge') sent++
      if (answer.labels[0]!.index === sceneLabel('test', i)) right.together++
      if ((await near.infer(image, 1)).labels[0]!.index === sceneLabel('test', i)) right.alone++
    }
    await running[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
    await Promise.all([light[Symbol.asyncDispose](), heavy[Symbol.asyncDispose]()])
    expect(right.together - right.alone).toBeGreaterThan(0.1 * SCENES)
    expect(sent / SCENES).toBeGreaterThan(0.2)
    expect(sent / SCENES).toBeLessThan(0.5)
  })

  test('a crop that is larger than the image, or empty, is refused', async () => {
    const light = await loadModel((await demoModel('mobilenet_v1')).file, {
      name: 'light',
      ...(await demoModel('mobilenet_v1')),
    })
    const rig = await makeRig({ vision: createVision({ model: light }) })
    const running = await threadHost().start(
      rig.spec(`export default { async fetch(request, env) {
        if (request.url.endsWith('/healthz')) return new Response()
        const image = request.headers.get('x-tandem-image')
        const crops = [{ x: 0.5, y: 0, width: 0.6, height: 1 }, { x: 0, y: 0, width: 0, height: 1 }, { x: 0, y: 0, width: 0.5, height: 0.5 }]
        const call = (crop) => env.VISION.fetch('http://vision/infer', { method: 'POST', body: JSON.stringify({ image, topK: 1, crop }) })
        return Response.json(await Promise.all(crops.map(async (crop) => (await call(crop)).status)))
      } }`),
    )
    const image = rig.images.add(tableEntry(await plain().png().toBuffer()))
    expect(await running.classify(image, REQUEST)).toEqual([400, 400, 200])
    await running[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
    await light[Symbol.asyncDispose]()
  })
})
