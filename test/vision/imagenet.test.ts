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
const MODEL = path.join(DATA, 'models/mobilenet_v1_0.5_160_quant.onnx')

const contract: ModelContract = {
  input: {
    name: 'image',
    layout: 'nhwc',
    dtype: 'uint8',
    width: 160,
    height: 160,
    crop: 0.875,
    resize: 'bilinear',
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  output: { name: 'probabilities', kind: 'softmax' },
}

test('mobilenet_v1_0.5_160 reaches its accuracy on 300 ImageNet photographs', async ({ skip }) => {
  skip(!existsSync(MODEL), 'needs ../shared/data/imagenet, which is not here')
  const labels = (await readFile(path.join(DATA, 'classes.txt'), 'utf8')).trim().split('\n')
  await checkContract(MODEL, contract, 1000)
  const model = await loadModel(MODEL, { name: 'mobilenet', contract, labels })
  const rows = (await readFile(path.join(DATA, 'labels.csv'), 'utf8')).trim().split('\n').slice(1)
  let right = 0
  const every = Math.floor(rows.length / 300)
  const sample = rows.filter((_, i) => i % every === 0).slice(0, 300)
  for (const row of sample) {
    const [file, label] = row.split(',') as [string, string]
    const image = await decodeImage(await readFile(path.join(DATA, 'images', path.basename(file))))
    const [best] = await model.outcome(image, 1)
    if (best?.class === Number(label)) right++
  }
  await model[Symbol.asyncDispose]()
  // 71.1 % on all 1345; three standard errors of 300 draws are 7.9 points.
  expect(right / sample.length).toBeGreaterThan(0.62)
})
