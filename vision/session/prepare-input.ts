// From a decoded image to the tensor that a model's contract asks for. Which filter shrinks the image is part of
// the contract: on ImageNet it moves a small model's top-1 by several points, and a model keeps what it was
// trained and judged with. A view, where one is asked for, takes the place of the contract's central crop.

import sharp, { type Sharp } from 'sharp'
import type { Crop } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'
import type { CropBox } from '#core/preprocess/central-crop.ts'
import { pointResize } from '#core/preprocess/crop-resize.ts'
import { type Frame, frameOf } from '#core/preprocess/frame-of.ts'
import { pillowResize } from '#core/preprocess/pillow-resize.ts'
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
  const { width, height } = input
  const frame = image.view === undefined ? frameOf(image, input) : frameOfView(image, image.view, input)
  return { rgb: await resized(image, frame, input), width, height, isInput: true }
}

async function resized(image: DecodedImage, frame: Frame, input: ModelInput): Promise<Uint8Array> {
  if (input.resize === 'bilinear-antialias') return cropAndFilter(image, frame, input)
  return input.resize === 'bilinear-pillow'
    ? pillowResize(image, frame, input)
    : pointResize(image, frame, input)
}

/** A view fills the input, whatever its proportions. */
const frameOfView = (image: DecodedImage, view: Crop, { width, height }: ModelInput): Frame => ({
  box: viewBox(image.width, image.height, view),
  scaled: { width, height },
  cut: { left: 0, top: 0 },
})

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

/** libvips' triangle kernel, widened by the scale where it shrinks. */
async function cropAndFilter(image: DecodedImage, frame: Frame, input: ModelInput): Promise<Uint8Array> {
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  return framed(sharp(image.rgb, { raw }), frame, input).raw({ depth: 'uchar' }).toBuffer()
}

/** The steps of a pipeline that show the frame. */
export function framed(image: Sharp, { box, scaled, cut }: Frame, { width, height }: ModelInput): Sharp {
  const whole = image
    .extract(box)
    .resize(scaled.width, scaled.height, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
  return scaled.width === width && scaled.height === height ? whole : whole.extract({ ...cut, width, height })
}
