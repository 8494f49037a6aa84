// The model by itself, through its process: raw tensors and encoded images in, raw outputs out.

import { afterEach, describe, expect, test } from 'vitest'
import { plain } from '#test/vision/images.ts'
import { tinyModel } from '#test/vision/tiny-model.ts'
import { ProcessVision } from '#workers/vision/process-vision.ts'
import { type VisionRig, visionRig } from './vision-rig.ts'

let rig: VisionRig
afterEach(() => rig[Symbol.asyncDispose]())

const SIDE = 8
const PLANE = SIDE * SIDE
/** Mean of each channel, in [0, 1] as the contract scales. */
const image = (r: number, g: number, b: number) =>
  Float32Array.from({ length: 3 * PLANE }, (_, i) => [r, g, b][Math.floor(i / PLANE)]!)

describe('ServedModel', () => {
  test('describes itself as its file does', async () => {
    rig = await visionRig()
    expect(rig.vision.model).toMatchObject({
      name: 'tiny',
      labels: ['red', 'green', 'blue'],
      hasFreeBatch: false,
    })
    expect(rig.vision.model.describe()).toEqual({
      name: 'tiny',
      inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, SIDE, SIDE] }],
      outputs: [{ name: 'scores', dtype: 'float32', shape: [1, 3] }],
    })
  })

  test.each([
    ['one by one where its batch is fixed', undefined],
    ['as one where its batch is free', 'N'],
  ])('runs a tensor of eleven images %s', async (_, batch) => {
    rig = await visionRig({}, { model: tinyModel(batch === undefined ? {} : { batch }) })
    expect(rig.vision.model.hasFreeBatch).toBe(batch !== undefined)
    const data = new Float32Array(11 * 3 * PLANE)
    for (let i = 0; i < 11; i++) data.set(image(i, 1, 2), i * 3 * PLANE)
    const output = await rig.vision.model.runTensor({ data, shape: [11, 3, SIDE, SIDE] })
    expect(output.shape).toEqual([11, 3])
    expect([...output.data]).toEqual(Array.from({ length: 11 }, (_, i) => [i, 1, 2]).flat())
  })

  test('gives the raw output of encoded images, a row for each', async () => {
    rig = await visionRig()
    const red = await plain({ colour: '#ff0000' }).png().toBuffer()
    const blue = await plain({ colour: '#0000ff' }).jpeg({ quality: 100 }).toBuffer()
    const { data, shape } = await rig.vision.model.scores([red, blue])
    expect(shape).toEqual([2, 3])
    expect([...data].map((value) => Math.round(value))).toEqual([1, 0, 0, 0, 0, 1])
    await expect(rig.vision.model.scores([red, Buffer.from('none')])).rejects.toMatchObject({
      name: 'ImageRefused',
      code: 'unsupported-format',
    })
  })

  test.each([
    ['of another rank', new Float32Array(3 * PLANE), [3, SIDE, SIDE], 'input is float32 [3,8,8]'],
    ['of another size', new Float32Array(3 * 49), [1, 3, 7, 7], 'input is float32 [1,3,7,7]'],
    ['of another type', new Uint8Array(3 * PLANE), [1, 3, SIDE, SIDE], 'input is uint8'],
    ['with too few numbers', new Float32Array(5), [1, 3, SIDE, SIDE], 'input has 5 numbers'],
    ['of no image', new Float32Array(0), [0, 3, SIDE, SIDE], 'input is float32 [0,3,8,8]'],
  ])('refuses a tensor %s', async (_, data, shape, what) => {
    rig = await visionRig()
    await expect(rig.vision.model.runTensor({ data, shape })).rejects.toMatchObject({
      name: 'ModelRefused',
      code: 'wrong-input',
      message: expect.stringContaining(what),
    })
  })

  test('starts on no file that was changed, and on none that is no model', async () => {
    rig = await visionRig()
    const start = (model: object) => ProcessVision.start({ model: { ...rig.source, ...model } })
    await expect(start({ digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      name: 'ArtifactRefused',
      code: 'digest-mismatch',
    })
    await expect(visionRig({}, { model: Buffer.from('no model') })).rejects.toMatchObject({
      name: 'ModelRefused',
      code: 'not-onnx',
    })
  })
})
