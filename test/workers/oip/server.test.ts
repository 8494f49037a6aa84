// Our server of the Open Inference Protocol, asked over HTTP by a client that shares no code with it: one image
// gives the same scores in whatever form it comes and goes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plain } from '#test/vision/images.ts'
import { TINY_LABELS, tinyContract, tinyModel } from '#test/vision/tiny-model.ts'
import { decodeImage } from '#vision/decode.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'
import { type OipRig, oipRig, photograph } from './oip-rig.ts'
import { scoresOf } from './onnx-runnable.ts'
import { elementBytes, elementsOf, floatBytes, floatsOf, get, infer, inferBinary } from './plain-client.ts'

let rig: OipRig
let base: string
let image: Uint8Array
let pixels: Float32Array
let scores: number[]
const SHAPE = [1, 3, 32, 32]

beforeAll(async () => {
  rig = await oipRig()
  base = `${rig.url}/v2/models/mobilenet_v1`
  image = await photograph()
  pixels = (await prepareInput(await decodeImage(image), rig.model.contract.input)) as Float32Array
  scores = await scoresOf(rig.runnable, image)
})
afterAll(() => rig[Symbol.asyncDispose]())

const fp32 = (extra: object) => ({ name: 'image', shape: SHAPE, datatype: 'FP32', ...extra })
const bytes = (extra: object, shape = [1]) => ({ name: 'image', shape, datatype: 'BYTES', ...extra })
const binary = (data: Buffer) => ({ parameters: { binary_data_size: data.length } })

describe('metadata', () => {
  test('of the server names the extensions', async () => {
    for (const path of ['/v2', '/v2/'])
      expect((await get(rig.url + path)).json).toEqual({
        name: 'tandem',
        version: '1',
        extensions: ['binary_tensor_data', 'classification', 'encoded_image'],
      })
  })

  test('of the model, with and without its version', async () => {
    const expected = {
      name: 'mobilenet_v1',
      versions: ['7'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, 32, 32] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, rig.model.labels.length] }],
    }
    for (const path of ['', '/versions/7']) expect((await get(base + path)).json).toEqual(expected)
  })

  test('health: live always, ready once a model is there', async () => {
    await using other = await oipRig()
    const states = async () => [
      (await get(`${other.url}/v2/health/live`)).status,
      (await get(`${other.url}/v2/health/ready`)).status,
      (await get(`${other.url}/v2/models/mobilenet_v1/ready`)).status,
      (await infer(`${other.url}/v2/models/mobilenet_v1/infer`, { inputs: [] })).status,
    ]
    expect(await states()).toEqual([200, 200, 200, 400])
    other.models.length = 0
    expect(await states()).toEqual([200, 503, 503, 503])
  })
})

describe('infer', () => {
  test('gives the same scores for JSON, nested JSON, binary, an image as binary and as base64', async () => {
    const flat = [...pixels]
    const nested = [nest(flat, [3, 32, 32])]
    const raw = floatBytes(pixels)
    const file = elementBytes(image)
    const answers = [
      await infer(`${base}/infer`, { inputs: [fp32({ data: flat })] }),
      await infer(`${base}/versions/7/infer`, { inputs: [fp32({ data: nested })] }),
      await inferBinary(`${base}/infer`, { inputs: [fp32(binary(raw))] }, raw),
      await inferBinary(`${base}/infer`, { inputs: [bytes(binary(file))] }, file),
      await infer(`${base}/infer`, { inputs: [bytes({ data: [Buffer.from(image).toString('base64')] })] }),
    ]
    for (const { status, json } of answers) {
      expect(status).toBe(200)
      expect(json).toMatchObject({ model_name: 'mobilenet_v1', model_version: '7' })
      expect(json.outputs[0]).toMatchObject({ name: 'logits', datatype: 'FP32', shape: [1, scores.length] })
      expect(json.outputs[0].data).toEqual(scores)
    }
    const whole = { inputs: [fp32(binary(raw))], parameters: { binary_data_output: true, unknown: [1] } }
    const out = await inferBinary(`${base}/infer`, whole, raw)
    expect(out.headers['content-type']).toBe('application/octet-stream')
    expect(out.json.outputs[0].parameters.binary_data_size).toBe(scores.length * 4)
    expect(floatsOf(out.binary)).toEqual(scores)
  })

  test('takes several images at once, one row each', async () => {
    const other = await plain({ colour: '#3050c0' }).png().toBuffer()
    const files = elementBytes(image, other, image)
    for (const shape of [[3], [3, 1]]) {
      const answer = await inferBinary(`${base}/infer`, { inputs: [bytes(binary(files), shape)] }, files)
      const { shape: outShape, data } = answer.json.outputs[0]
      expect(outShape).toEqual([3, scores.length])
      expect(data.slice(0, scores.length)).toEqual(scores)
      expect(data.slice(2 * scores.length)).toEqual(scores)
      expect(data.slice(scores.length, 2 * scores.length)).toEqual(await scoresOf(rig.runnable, other))
    }
  })

  test('names the best classes, as JSON and as binary strings, and echoes the id', async () => {
    const file = elementBytes(image)
    const best = scores.map((score, i) => ({ score, i })).sort((a, b) => b.score - a.score)
    const ask = (parameters: object) =>
      inferBinary(
        `${base}/infer`,
        {
          id: 'a request ünd its id',
          inputs: [bytes(binary(file))],
          outputs: [{ name: 'logits', parameters }],
        },
        file,
      )
    const { json } = await ask({ classification: 2 })
    expect(json.id).toBe('a request ünd its id')
    expect(json.outputs[0]).toMatchObject({ name: 'logits', datatype: 'BYTES', shape: [1, 2] })
    const strings: string[] = json.outputs[0].data
    for (const [k, text] of strings.entries()) {
      const [score, index, label] = text.split(':')
      expect(Math.fround(Number(score))).toBe(best[k]!.score)
      expect([Number(index), label]).toEqual([best[k]!.i, rig.model.labels[best[k]!.i]])
    }
    expect(elementsOf((await ask({ classification: 2, binary_data: true })).binary)).toEqual(strings)
    const all = await ask({ classification: 9_000_000 })
    expect(all.json.outputs[0].shape).toEqual([1, scores.length])
  })

  test('an output says of itself whether it comes as binary, whatever holds for all', async () => {
    const message = {
      inputs: [fp32({ data: [...pixels] })],
      parameters: { binary_data_output: true },
      outputs: [{ name: 'logits', parameters: { binary_data: false } }],
    }
    const { json, binary: rest } = await infer(`${base}/infer`, message)
    expect([json.outputs[0].data, rest.length]).toEqual([scores, 0])
  })

  test('of a UINT8 model takes bytes as they are, and refuses what is none', async () => {
    const shape = { dtype: 'uint8', layout: 'nhwc', side: 2 } as const
    const model = { name: 'tiny', file: tinyModel(shape), contract: tinyContract(shape), labels: TINY_LABELS }
    await using other = await oipRig(model)
    const ask = (data: unknown) =>
      infer(`${other.url}/v2/models/tiny/infer`, {
        inputs: [{ name: 'image', shape: [1, 2, 2, 3], datatype: 'UINT8', data }],
      })
    const answer = await ask([9, 250, 0, 9, 250, 0, 9, 250, 0, 9, 250, 0])
    expect(answer.json.outputs[0].data).toEqual([9, 250, 0])
    for (const wrong of [256, -1, 1.5, '7', null, true]) {
      const refused = await ask([wrong, ...new Array(11).fill(0)])
      expect([refused.status, typeof refused.json.error]).toEqual([400, 'string'])
    }
  })
})

function nest(flat: readonly number[], [size, ...more]: readonly number[]): unknown {
  if (size === undefined) return flat[0]
  const step = flat.length / size
  return Array.from({ length: size }, (_, i) => nest(flat.slice(i * step, (i + 1) * step), more))
}
