// Pixels to the numbers that a model expects, by its contract: `uint8` models take the bytes as they are,
// `float32` models (pixel - mean) / std per channel. `nhwc` keeps the interleaved order, `nchw` takes one
// plane a channel; `bgr` (Caffe's order) turns the channels round, not their means. The batch dimension is 1 and needs
// no storage.

import type { ModelInput } from '#contract/model.ts'

/** `rgb` must be `input.width` x `input.height` interleaved pixels, as `cropResize` makes them. */
export function toTensor(rgb: Uint8Array, input: ModelInput): Uint8Array | Float32Array {
  const pixels = input.width * input.height
  if (rgb.length !== pixels * 3)
    throw new RangeError(
      `Cannot fill input "${input.name}": has ${rgb.length} bytes, expected ${pixels * 3} for ${input.width}x${input.height} RGB`,
    )
  const isTurned = input.channels === 'bgr'
  if (input.dtype === 'uint8' && input.layout === 'nhwc' && !isTurned) return rgb
  const isPlanar = input.layout === 'nchw'
  const pixelStep = isPlanar ? 1 : 3
  const channelStep = isPlanar ? pixels : 1
  const tensor = input.dtype === 'uint8' ? new Uint8Array(rgb.length) : new Float32Array(rgb.length)
  for (let c = 0; c < 3; c++) {
    const mean = input.dtype === 'uint8' ? 0 : input.mean[c]!
    const std = input.dtype === 'uint8' ? 1 : input.std[c]!
    const at = (isTurned ? 2 - c : c) * channelStep
    for (let i = 0; i < pixels; i++) tensor[i * pixelStep + at] = (rgb[i * 3 + c]! - mean) / std
  }
  return tensor
}
