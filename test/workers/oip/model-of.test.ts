// The protocol on a worker as it is: front door, generations, the vision process with a real ONNX model. Two
// deployments run beside each other, and the edge's absence is nobody's business here.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { threadHost } from '#workers/host/thread-host.ts'
import { oipPortsOf } from '#workers/oip/model-of.ts'
import { oipApp } from '#workers/oip/oip-app.ts'
import type { Generations } from '#workers/serve/generations.ts'
import { demoModel, type FrontDoorRig, frontDoorRig } from '../front-door/front-door-rig.ts'
import { photograph } from './oip-rig.ts'
import { elementBytes, floatBytes, get, infer, inferBinary } from './plain-client.ts'

let rig: FrontDoorRig
const errors: unknown[] = []

beforeAll(async () => {
  // The rig makes the generations, and wants the routes before.
  const late = {
    get serving() {
      return rig.generations.serving
    },
    running: () => rig.generations.running(),
    find: (id: string) => rig.generations.find(id),
  } satisfies Pick<Generations, 'serving' | 'running' | 'find'>
  const routes = [oipApp(oipPortsOf(late, (error) => void errors.push(error)))]
  rig = await frontDoorRig({ host: threadHost(), logLevel: 'error', ports: { routes } })
})
afterAll(() => rig[Symbol.asyncDispose]())

test('a worker serves what it has installed, by version, until it is let go of', async () => {
  const v2 = `${rig.url}/v2`
  expect((await get(`${v2}/health/ready`)).status).toBe(503)
  const model = await demoModel('mobilenet_v1')
  await rig.install({ version: 3, model })
  const older = await rig.install({ version: 4, model: await demoModel('resnet_v1_50') })
  await rig.install({ version: 5, model })
  expect((await get(`${v2}/health/ready`)).status).toBe(200)

  const image = await photograph()
  const file = elementBytes(image, image)
  const inputs = [
    { name: 'image', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: file.length } },
  ]
  const scores = async (path: string) => {
    const { status, json } = await inferBinary(`${v2}/models/light${path}/infer`, { inputs }, file)
    return status === 200 ? { version: json.model_version, data: json.outputs[0].data } : status
  }
  const [served, byVersion, other] = [
    await scores(''),
    await scores('/versions/3'),
    await scores('/versions/4'),
  ]
  await using loaded = await loadModel(model.file, { name: 'light', ...model })
  const decoded = await decodeImage(image, { shortSideMinPx: loaded.shortSideMinPx() })
  const expected = [...(await loaded.scores([decoded, decoded])).data]
  expect(served).toEqual({ version: '5', data: expected })
  expect(byVersion).toEqual({ version: '3', data: expected })
  expect(other).not.toEqual({ version: '4', data: expected })
  await rig.generations.stop(older.id)
  expect(await scores('/versions/4')).toBe(404)
  expect(errors).toEqual([])
})

test('a batch of tensors, a wrong one, and an image that is none, through the vision process', async () => {
  const url = `${rig.url}/v2/models/light/infer`
  const one = (count: number, size = 32) => ({
    name: 'image',
    datatype: 'FP32',
    shape: [count, 3, size, size],
    parameters: { binary_data_size: count * 3 * size * size * 4 },
  })
  const zeros = (count: number) => floatBytes(new Array(count * 3 * 32 * 32).fill(0))
  const { json } = await inferBinary(url, { inputs: [one(3)] }, zeros(3))
  const [, classes] = json.outputs[0].shape
  const { data } = json.outputs[0]
  expect(data.slice(0, classes)).toEqual(data.slice(2 * classes))
  for (const refused of [
    await inferBinary(url, { inputs: [one(1, 16)] }, zeros(1)),
    await infer(url, { inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: ['/9j/4AAQ'] }] }),
  ])
    expect([refused.status, refused.json]).toEqual([400, { error: expect.stringMatching(/^Cannot /) }])
  expect(errors).toEqual([])
})
