// What the right preprocessing is worth: top-1 of every ImageNet model under each convention, over all photographs. The
// table of docs/zoo.md. Usage: node --import tsx bench/imagenet/presets.ts

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { presetInput } from '#admin/client/zoo/presets.ts'
import type { ModelInput } from '#contract/model.ts'
import { decodeImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { contractOf, hasImagenet, IMAGENET, labelledFiles, MODELS } from './source.ts'

type Way = readonly [name: string, inputOf: (shape: ModelInput) => ModelInput]
const WAYS: readonly Way[] = [
  ['tf-slim-inception', (shape) => presetInput('tf-slim-inception', plain(shape))],
  ['the same crop, bilinear-antialias', (shape) => shape],
  ['the same crop, bilinear', (shape) => ({ ...shape, resize: 'bilinear' })],
  ['tf-slim-vgg: short side', (shape) => presetInput('tf-slim-vgg', plain(shape))],
  ['torchvision', (shape) => presetInput('torchvision', plain(shape))],
  ['keras-tf', (shape) => presetInput('keras-tf', plain(shape))],
  ['keras-tf, nearest', (shape) => presetInput('keras-tf', plain(shape), { resize: 'nearest' })],
  [
    'tf-slim-inception in BGR',
    (shape) => ({ ...presetInput('tf-slim-inception', plain(shape)), channels: 'bgr' }),
  ],
]

/** All are models of 8-bit input: of a preset only the frame and the filter count. */
const plain = ({ name, layout, dtype, width, height }: ModelInput) => ({ name, layout, dtype, width, height })

if (!hasImagenet()) {
  console.error(`No ImageNet data in ${IMAGENET}: nothing is measured`)
  process.exit(0)
}
const files = await labelledFiles()
for (const { name, file, sidePx } of MODELS) {
  const contract = contractOf(sidePx)
  const models = await Promise.all(
    WAYS.map(([way, inputOf]) =>
      loadModel(path.join(IMAGENET, 'models', file), {
        name: way,
        contract: { ...contract, input: inputOf(contract.input) },
        labels: [],
      }),
    ),
  )
  const right = models.map(() => 0)
  for (const { file: photograph, label } of files) {
    const image = await decodeImage(await readFile(path.join(IMAGENET, photograph)))
    for (const [i, model] of models.entries()) {
      const [best] = await model.outcome(image, 1)
      if (best?.class === label) right[i]!++
    }
  }
  for (const [i, model] of models.entries()) {
    console.log(`${name}  ${model.name.padEnd(36)} ${((right[i]! / files.length) * 100).toFixed(2)}`)
    await model[Symbol.asyncDispose]()
  }
}
