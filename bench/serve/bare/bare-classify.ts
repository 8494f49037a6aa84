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

export interface BareModel {
  readonly file: Uint8Array
  readonly contract: ModelContract
}

export interface BareClassifier {
  /** The best class. */
  classify(bytes: Uint8Array): Promise<number>
  inputOf(bytes: Uint8Array): Promise<Uint8Array | Float32Array>
  infer(data: Uint8Array | Float32Array): Promise<number>
}

export async function openBareClassifier({ file, contract }: BareModel): Promise<BareClassifier> {
  sharp.cache(false)
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    // As devices run it.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  })
  const inputOf = (bytes: Uint8Array) => modelInput(bytes, contract)
  const infer = (data: Uint8Array | Float32Array) => bestClass(session, contract, data)
  return { inputOf, infer, classify: async (bytes) => infer(await inputOf(bytes)) }
}

async function modelInput(bytes: Uint8Array, { input }: ModelContract): Promise<Uint8Array | Float32Array> {
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

async function bestClass(
  session: InferenceSession,
  { input, output }: ModelContract,
  data: Uint8Array | Float32Array,
): Promise<number> {
  const { width, height } = input
  const dims = input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
  const results = await session.run({ [input.name]: new Tensor(input.dtype, data, dims) }, [output.name])
  return topClasses(results[output.name]!.data as Float32Array, output.kind, 1)[0]!.class
}
