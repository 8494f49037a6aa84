// Runs every ImageNet model over every photograph, once, through the code that devices run (decoding, working
// image, features, preprocessing, ONNX Runtime), and keeps the answers in a folder that git ignores, so that
// evaluations can be repeated in seconds. Each model also sees the image mirrored: the second view that
// bench/challengers judges. What a device pays for features is timed as it pays it: the seven of serving, with kernels.

import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FEATURE_NAMES, RUNTIME_FEATURES } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { type DecodedImage, decodeImage } from '#vision/decode.ts'
import { featureKernels } from '#vision/kernels/load-kernels.ts'
import { type LoadedModel, loadModel } from '#vision/onnx-model.ts'
import { workingImage } from '#vision/working-image.ts'
import {
  CLASSES,
  hasImages,
  hasModel,
  MEASURED,
  type MeasuredImages,
  type MeasuredModel,
  RESIZE,
} from './measured.ts'
import { IMAGENET, labelledFiles, MODELS, slimContractOf } from './source.ts'

async function decoded(file: string): Promise<DecodedImage> {
  return decodeImage(await readFile(path.join(IMAGENET, file)))
}

function mirrored({ rgb, width, height }: DecodedImage): DecodedImage {
  const out = new Uint8Array(rgb.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) out[(y * width + x) * 3 + c] = rgb[(y * width + width - 1 - x) * 3 + c]!
  return { rgb: out, width, height }
}

async function measureImages(files: readonly { file: string; label: number; origin: string }[]) {
  const images: MeasuredImages = {
    labels: [],
    origins: [],
    features: [],
    pixelDigests: [],
    sevenMs: [],
    bytes: [],
  }
  const kernels = featureKernels()
  for (const [i, { file, label, origin }] of files.entries()) {
    const working = await workingImage(await decoded(file))
    const start = performance.now()
    extractFeatures(working, RUNTIME_FEATURES, { kernels })
    images.sevenMs.push(performance.now() - start)
    images.features.push(extractFeatures(working, FEATURE_NAMES, { kernels }))
    images.labels.push(label)
    images.origins.push(origin)
    images.pixelDigests.push(createHash('sha256').update(working.rgb).digest('hex'))
    images.bytes.push((await readFile(path.join(IMAGENET, file))).length)
    if (i % 200 === 0) console.error(`features ${i}/${files.length}`)
  }
  return images
}

async function allProbabilities(model: LoadedModel, image: DecodedImage, into: Float32Array) {
  for (const { class: c, p } of await model.outcome(image, CLASSES)) into[c] = p
}

async function measureModel(
  { name, file, sidePx }: (typeof MODELS)[number],
  files: readonly { file: string }[],
): Promise<MeasuredModel> {
  await using model = await loadModel(path.join(IMAGENET, 'models', file), {
    name,
    contract: slimContractOf(sidePx),
    labels: [],
  })
  const plain = new Float32Array(files.length * CLASSES)
  const flipped = new Float32Array(files.length * CLASSES)
  const latenciesMs: number[] = []
  for (const [i, { file }] of files.entries()) {
    const image = await decoded(file)
    const start = performance.now()
    await model.outcome(image, 5)
    latenciesMs.push(performance.now() - start)
    await allProbabilities(model, image, plain.subarray(i * CLASSES, (i + 1) * CLASSES))
    await allProbabilities(model, mirrored(image), flipped.subarray(i * CLASSES, (i + 1) * CLASSES))
    if (i % 200 === 0) console.error(`${name} ${i}/${files.length}`)
  }
  return { latenciesMs, plain, flipped }
}

/** What is there already is not measured again; `hasImagenet` must hold. */
export async function measureImagenet(): Promise<void> {
  const files = await labelledFiles()
  await mkdir(MEASURED, { recursive: true })
  if (!(await hasImages()))
    await writeFile(path.join(MEASURED, 'images.json'), JSON.stringify(await measureImages(files)))
  for (const model of MODELS) {
    if (await hasModel(model.name)) continue
    const { latenciesMs, plain, flipped } = await measureModel(model, files)
    await writeFile(
      path.join(MEASURED, `${model.name}.json`),
      JSON.stringify({ latenciesMs, resize: RESIZE }),
    )
    await writeFile(path.join(MEASURED, `${model.name}.plain.f32`), new Uint8Array(plain.buffer))
    await writeFile(path.join(MEASURED, `${model.name}.flipped.f32`), new Uint8Array(flipped.buffer))
  }
}
