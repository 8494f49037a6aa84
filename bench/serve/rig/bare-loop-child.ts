// The least that classifying can cost: sharp and ONNX Runtime in one process, without a network, a function, a router
// or a check of anything. Written as one would who needs only that: one sharp pipeline from the file to the model's
// size (crop and filter by the model's contract, the same as the product's), straight into the session. With several
// in work at once, sharp's threads decode while the session runs, which is as fast as it gets in one process.
// Nothing of vision/ is used, or a slow product would be compared with itself.

import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import type { ModelContract } from '#contract/model.ts'
import { centralCrop } from '#core/preprocess/central-crop.ts'
import { cropResize } from '#core/preprocess/crop-resize.ts'
import { toTensor } from '#core/preprocess/to-tensor.ts'
import { topClasses } from '#core/preprocess/top-classes.ts'

export interface BareSetup {
  readonly file: Uint8Array
  readonly contract: ModelContract
  readonly images: readonly Uint8Array[]
}

/** Mean milliseconds of each step, one image at a time. */
export interface BareSteps {
  readonly decode: number
  readonly decodeAndResize: number
  readonly session: number
}

type Question =
  | { readonly setup: BareSetup }
  | { readonly round: { readonly concurrency: number; readonly durationMs: number } }
  | { readonly steps: { readonly images: number } }
  | { readonly labels: true }

let setup: BareSetup
let session: InferenceSession

process.once('disconnect', () => process.exit(1))
process.on('message', async (question: Question) => {
  if ('setup' in question) process.send!(await open(question.setup))
  else if ('round' in question) process.send!(await round(question.round))
  else if ('steps' in question) process.send!(await steps(question.steps.images))
  else process.send!(await Promise.all(setup.images.map(classify)))
})

async function open(given: BareSetup): Promise<{ ready: true }> {
  setup = given
  sharp.cache(false)
  session = await InferenceSession.create(setup.file, {
    executionProviders: ['cpu'],
    // As devices run it.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  })
  return { ready: true }
}

async function round({ concurrency, durationMs }: { concurrency: number; durationMs: number }) {
  const latenciesMs: number[] = []
  let next = 0
  const begin = performance.now()
  const one = async () => {
    while (performance.now() < begin + durationMs) {
      const start = performance.now()
      await classify(setup.images[next++ % setup.images.length]!)
      latenciesMs.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  return { latenciesMs: Float64Array.from(latenciesMs), tookMs: performance.now() - begin }
}

/** The best class. */
async function classify(bytes: Uint8Array): Promise<number> {
  return infer(await inputOf(bytes))
}

async function inputOf(bytes: Uint8Array): Promise<Uint8Array | Float32Array> {
  const { input } = setup.contract
  if (input.resize === 'bilinear') {
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return toTensor(cropResize({ rgb: data, width: info.width, height: info.height }, input), input)
  }
  const { autoOrient } = await sharp(bytes).metadata()
  const rgb = await sharp(bytes)
    .autoOrient()
    .extract(centralCrop(autoOrient.width, autoOrient.height, input.crop))
    .resize(input.width, input.height, { fit: 'fill', kernel: 'linear' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer()
  return input.dtype === 'uint8' && input.layout === 'nhwc' ? rgb : toTensor(rgb, input)
}

async function infer(data: Uint8Array | Float32Array): Promise<number> {
  const { input, output } = setup.contract
  const { width, height } = input
  const dims = input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
  const results = await session.run({ [input.name]: new Tensor(input.dtype, data, dims) }, [output.name])
  return topClasses(results[output.name]!.data as Float32Array, output.kind, 1)[0]!.class
}

async function steps(images: number): Promise<BareSteps> {
  const sums = { decode: 0, decodeAndResize: 0, session: 0 }
  const timed = async <T>(step: keyof BareSteps, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    sums[step] += performance.now() - start
    return result
  }
  for (let i = 0; i < images; i++) {
    const bytes = setup.images[i % setup.images.length]!
    await timed('decode', () => sharp(bytes).autoOrient().removeAlpha().raw().toBuffer())
    const data = await timed('decodeAndResize', () => inputOf(bytes))
    await timed('session', () => infer(data))
  }
  return {
    decode: sums.decode / images,
    decodeAndResize: sums.decodeAndResize / images,
    session: sums.session / images,
  }
}
