// From a decoded image to the tensor that a model's contract asks for. Which filter shrinks the image is part of
// the contract: on ImageNet it moves a small model's top-1 by several points, and a model keeps what it was
// trained and judged with. A view, where one is asked for, takes the place of the contract's central crop.

import sharp from 'sharp'
import type { Crop } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'
import { type CropBox, centralCrop } from '#core/preprocess/central-crop.ts'
import { cropResize } from '#core/preprocess/crop-resize.ts'
import { toTensor } from '#core/preprocess/to-tensor.ts'
import type { DecodedImage } from '../decode.ts'

/** An image of which the model shall see a part. */
export interface ViewedImage extends DecodedImage {
  readonly view?: Crop
}

export async function prepareInput(
  image: ViewedImage,
  input: ModelInput,
): Promise<Uint8Array | Float32Array> {
  return toTensor((await toInput(image, input)).rgb, input)
}

/** What the model is shown of an image, as pixels. */
export async function toInput(image: ViewedImage, input: ModelInput): Promise<DecodedImage> {
  if (image.isInput) return image
  const { width, height, view } = image
  const box = view === undefined ? centralCrop(width, height, input.crop) : viewBox(width, height, view)
  const rgb =
    input.resize !== 'bilinear'
      ? await cropAndFilter(image, box, input)
      : view === undefined
        ? cropResize(image, input)
        : cropResize(cutOut(image, box), { ...input, crop: 1 })
  return { rgb, width: input.width, height: input.height, isInput: true }
}

/** Whole pixels, at least one, inside of the image. */
function viewBox(width: number, height: number, view: Crop): CropBox {
  const left = Math.min(Math.round(view.x * width), width - 1)
  const top = Math.min(Math.round(view.y * height), height - 1)
  return {
    left,
    top,
    width: Math.min(Math.max(1, Math.round(view.width * width)), width - left),
    height: Math.min(Math.max(1, Math.round(view.height * height)), height - top),
  }
}

function cutOut(image: DecodedImage, { left, top, width, height }: CropBox): DecodedImage {
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3
    rgb.set(image.rgb.subarray(from, from + width * 3), y * width * 3)
  }
  return { rgb, width, height }
}

/** libvips' triangle kernel, widened by the scale where it shrinks. */
async function cropAndFilter(
  image: DecodedImage,
  box: CropBox,
  { width, height }: ModelInput,
): Promise<Uint8Array> {
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  return sharp(image.rgb, { raw })
    .extract(box)
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer()
}
