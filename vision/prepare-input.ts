// From a decoded image to the tensor that a model's contract asks for. Which filter shrinks the image is part of
// the contract: on ImageNet it moves a small model's top-1 by several points, and a model keeps what it was
// trained and judged with.

import sharp from 'sharp'
import type { ModelInput } from '#contract/model.ts'
import { centralCrop } from '#core/preprocess/central-crop.ts'
import { cropResize } from '#core/preprocess/crop-resize.ts'
import { toTensor } from '#core/preprocess/to-tensor.ts'
import type { DecodedImage } from './decode.ts'

export async function prepareInput(
  image: DecodedImage,
  input: ModelInput,
): Promise<Uint8Array | Float32Array> {
  const rgb = input.resize === 'bilinear' ? cropResize(image, input) : await cropAndFilter(image, input)
  return toTensor(rgb, input)
}

/** libvips' triangle kernel, widened by the scale where it shrinks. */
async function cropAndFilter(image: DecodedImage, { crop, width, height }: ModelInput): Promise<Uint8Array> {
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  return sharp(image.rgb, { raw })
    .extract(centralCrop(image.width, image.height, crop))
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer()
}
