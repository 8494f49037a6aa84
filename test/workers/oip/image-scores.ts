// What a session makes of one encoded image: the path that an ensemble at another server would have in its own way.

import { type InferenceSession, Tensor } from 'onnxruntime-node'
import type { ModelContract } from '#contract/model.ts'
import { decodeImage } from '#vision/decode.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'

export async function scoresOfImage(
  session: InferenceSession,
  { input, output }: ModelContract,
  image: Uint8Array,
): Promise<number[]> {
  const pixels = await prepareInput(await decodeImage(image), input)
  const { layout, width, height } = input
  const shape = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3]
  const results = await session.run({ [input.name]: new Tensor(input.dtype, pixels, shape) })
  return [...(results[output.name]!.data as Float32Array)]
}
