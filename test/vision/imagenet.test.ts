// Real photographs through a real classifier: the accuracy that the models' notes promise shows that decoding,
// cropping and feeding are right all at once. Needs data that is never part of this repository.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { ModelContract } from '#contract/model.ts'
import { checkContract } from '#vision/check-contract.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'

const DATA = path.resolve(import.meta.dirname, '../../../shared/data/imagenet')
const MODEL = path.join(DATA, 'models/mobilenet_v1_0.25_128_quant.onnx')
/** Of its notes; the smallest model is the one that a wrong crop or filter hurts most. */
const TOP1_PERCENT = 49.29

const contract: ModelContract = {
  input: {
    name: 'image',
    layout: 'nhwc',
    dtype: 'uint8',
    width: 128,
    height: 128,
    crop: 0.875,
    resize: 'bilinear-antialias',
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  output: { name: 'probabilities', kind: 'softmax' },
}

test('mobilenet_v1_0.25_128 is within half a point of its top-1 on 1345 photographs', {
  timeout: 120_000,
}, async ({ skip }) => {
  skip(!existsSync(MODEL), 'needs ../shared/data/imagenet, which is not here')
  const labels = (await readFile(path.join(DATA, 'classes.txt'), 'utf8')).trim().split('\n')
  await checkContract(MODEL, contract, 1000)
  const model = await loadModel(MODEL, { name: 'mobilenet', contract, labels })
  const rows = (await readFile(path.join(DATA, 'labels.csv'), 'utf8')).trim().split('\n').slice(1)
  let right = 0
  for (const row of rows) {
    const [file, label] = row.split(',') as [string, string]
    const image = await decodeImage(await readFile(path.join(DATA, file)))
    const [best] = await model.outcome(image, 1)
    if (best?.class === Number(label)) right++
  }
  await model[Symbol.asyncDispose]()
  expect(Math.abs((right / rows.length) * 100 - TOP1_PERCENT)).toBeLessThan(0.5)
})
