// Pixels in every layout and type that a model’s contract can ask for.

import { expect, it } from 'vitest'
import type { ModelInput } from '#contract/model.ts'
import { toTensor } from '#core/preprocess/to-tensor.ts'

const input: ModelInput = {
  name: 'image',
  layout: 'nchw',
  dtype: 'float32',
  width: 2,
  height: 1,
  crop: 1,
  resize: 'bilinear',
  mean: [10, 20, 30],
  std: [2, 4, 5],
}
const rgb = Uint8Array.of(12, 24, 35, 14, 28, 40)

it.each([
  ['planes, normalised', input, Float32Array.of(1, 2, 1, 2, 1, 2)],
  ['interleaved, normalised', { ...input, layout: 'nhwc' as const }, Float32Array.of(1, 1, 1, 2, 2, 2)],
  ['interleaved bytes as they are', { ...input, layout: 'nhwc' as const, dtype: 'uint8' as const }, rgb],
  [
    'planes in BGR, each less its own mean',
    { ...input, channels: 'bgr' as const, std: [1, 1, 1] as [number, number, number] },
    Float32Array.of(5, 10, 4, 8, 2, 4),
  ],
  [
    'interleaved bytes in BGR',
    { ...input, layout: 'nhwc' as const, dtype: 'uint8' as const, channels: 'bgr' as const },
    Uint8Array.of(35, 24, 12, 40, 28, 14),
  ],
  ['planes of bytes', { ...input, dtype: 'uint8' as const }, Uint8Array.of(12, 14, 24, 28, 35, 40)],
])('toTensor() makes %s', (_, contract, expected) => {
  expect(toTensor(rgb, contract)).toEqual(expected)
})

it('toTensor() refuses pixels of another size', () => {
  expect(() => toTensor(rgb, { ...input, width: 3 })).toThrow(/has 6 bytes, expected 9/)
})
