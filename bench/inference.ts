// What one inference costs: the yardstick of the other benches, measured through vision/onnx-model with one intra-op
// thread, as devices run it. The model is the heaviest of ../shared/data/imagenet where that is at hand, and
// otherwise the largest of the demo's, which is far smaller, so that ratios to it mean little: `isReference` says so.

import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { ModelContract } from '#contract/model.ts'
import type { DecodedImage } from '#vision/decode.ts'
import { loadModel } from '#vision/onnx-model.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const REFERENCE = path.join(ROOT, '../shared/data/imagenet/models/mobilenet_v2_1.0_224_quant.onnx')
const DEMO_MODELS = path.join(ROOT, 'demo/models')
/** The whole image in the size that the model takes: what remains is the session and reading its answer. */
const SIDE = 224

export interface Inference extends AsyncDisposable {
  readonly name: string
  readonly isReference: boolean
  /** An image of the model's own size, which needs no resizing. */
  readonly image: DecodedImage
  run(): Promise<void>
  /** What run() does before the session: the rest of its time is the bare inference. */
  prepare(): Promise<void>
}

export async function loadInference(): Promise<Inference> {
  const isReference = existsSync(REFERENCE)
  const file = isReference ? REFERENCE : await largestDemoModel()
  const contract = isReference ? referenceContract() : await demoContract(file)
  const model = await loadModel(
    file,
    { name: path.basename(file, '.onnx'), contract, labels: [] },
    { threads: 1 },
  )
  const { width, height } = contract.input
  const image = {
    width,
    height,
    rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24),
  }
  return {
    name: model.name,
    isReference,
    image,
    async run() {
      await model.outcome(image, 1)
    },
    async prepare() {
      await prepareInput(image, contract.input)
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

function referenceContract(): ModelContract {
  return ModelContract.parse({
    input: {
      name: 'image',
      layout: 'nhwc',
      dtype: 'uint8',
      width: SIDE,
      height: SIDE,
      crop: 1,
      resize: 'bilinear-antialias',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    output: { name: 'probabilities', kind: 'softmax' },
  })
}

async function largestDemoModel(): Promise<string> {
  const files = (await readdir(DEMO_MODELS)).filter((file) => file.endsWith('.onnx'))
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(DEMO_MODELS, file))).size))
  const largest = files[sizes.indexOf(Math.max(...sizes))]
  if (largest === undefined)
    throw new RangeError(`Cannot measure inference: no model, expected one in demo/models`)
  return path.join(DEMO_MODELS, largest)
}

async function demoContract(file: string): Promise<ModelContract> {
  const card = JSON.parse(await readFile(file.replace(/onnx$/, 'json'), 'utf8'))
  return ModelContract.parse(card.contract)
}
