// Real ONNX files load and classify in every type and layout; what is no model, or keeps its weights outside, is refused.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectModel, loadModel } from '#vision/onnx-model.ts'
import { TINY_LABELS, type TinyShape, tinyContract, tinyModel } from './tiny-model.ts'

const colour = (r: number, g: number, b: number) => ({
  rgb: Uint8Array.from({ length: 20 * 10 * 3 }, (_, i) => [r, g, b][i % 3]!),
  width: 20,
  height: 10,
})

const load = (shape: TinyShape) =>
  loadModel(tinyModel(shape), { name: 'tiny', contract: tinyContract(shape), labels: TINY_LABELS })

describe('loadModel()', () => {
  test.each<TinyShape>([
    { dtype: 'float32', layout: 'nchw' },
    { dtype: 'float32', layout: 'nhwc' },
    { dtype: 'uint8', layout: 'nchw' },
    { dtype: 'uint8', layout: 'nhwc' },
  ])('classifies by name through $dtype $layout', async (shape) => {
    const model = await load(shape)
    expect((await model.classify(colour(250, 10, 40), 2)).map(({ name }) => name)).toEqual(['red', 'blue'])
    expect(await model.classify(colour(0, 0, 9), 1)).toMatchObject([{ index: 2, name: 'blue' }])
    await model[Symbol.asyncDispose]()
  })

  test('gives probabilities that profiles can record', async () => {
    const model = await load({})
    const top = await model.outcome(colour(255, 0, 0), 5)
    const e = Math.E
    expect(top.map((entry) => entry.class)).toEqual([0, 1, 2])
    expect(top[0]?.p).toBeCloseTo(e / (e + 2), 5)
    await model[Symbol.asyncDispose]()
  })

  test('leaves the background out, and counts classes from there', async () => {
    const plain = tinyContract()
    const contract = { ...plain, output: { ...plain.output, background: 1 } }
    const model = await loadModel(tinyModel({ batch: 'n' }), {
      name: 'tiny',
      contract,
      labels: ['green', 'blue'],
    })
    expect(await model.classify(colour(255, 0, 9), 5)).toMatchObject([
      { index: 1, name: 'blue' },
      { index: 0 },
    ])
    const { data, shape } = await model.scores([colour(9, 51, 102), colour(0, 255, 0)])
    expect(shape).toEqual([2, 2])
    expect([...data].map((value) => Math.round(value * 255))).toEqual([51, 102, 255, 0])
    await model[Symbol.asyncDispose]()
  })

  test('reads a file as it reads bytes', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-'))
    const file = path.join(folder, 'model.onnx')
    await writeFile(file, tinyModel())
    const model = await loadModel(file, { name: 'tiny', contract: tinyContract(), labels: TINY_LABELS })
    expect(await model.classify(colour(0, 200, 0), 1)).toMatchObject([{ name: 'green' }])
    await model[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  test.each([
    ['text', Buffer.from('this is no model')],
    ['nothing', new Uint8Array()],
    ['half a model', tinyModel().subarray(0, 60)],
  ])('refuses %s', async (_, bytes) => {
    const ref = { name: 'tiny', contract: tinyContract(), labels: TINY_LABELS }
    await expect(loadModel(bytes, ref)).rejects.toMatchObject({ name: 'ModelRefused', code: 'not-onnx' })
  })
})

test.each(['weights.bin', '/etc/hostname', '../weights.bin'])(
  'a model that keeps its weights in %s is refused, though the file is there',
  async (external) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tandem-'))
    const file = path.join(folder, 'model.onnx')
    await writeFile(path.join(folder, 'weights.bin'), new Uint8Array(12))
    await writeFile(file, tinyModel({ external }))
    await expect(inspectModel(file)).rejects.toMatchObject({ code: 'not-onnx' })
    await rm(folder, { recursive: true })
  },
)

describe('inspectModel()', () => {
  test('reads names, types and shapes from the file', async () => {
    expect(await inspectModel(tinyModel({ dtype: 'uint8', layout: 'nhwc', side: 6 }))).toEqual({
      inputs: [{ name: 'image', dtype: 'uint8', shape: [1, 6, 6, 3] }],
      outputs: [{ name: 'scores', dtype: 'float32', shape: [1, 3] }],
    })
  })
})
