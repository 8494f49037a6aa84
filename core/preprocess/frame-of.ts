// Which part of an image a model is shown: a box of it, the size that this box is scaled to, and what is cut out of the
// middle of the result. Two ways. A crop keeps a fraction of each side and is stretched to the input (TF-Slim's
// Inception, Caffe). A short side keeps the proportions: all is scaled until the short side is so long, and the middle
// is cut out (torchvision, TF-Slim's VGG). How odd pixels are shared out belongs to the framework whose filter it is:
//   torchvision    transforms.functional: long side truncated, offset rounded half to even
//   TensorFlow 1   slim/preprocessing: long side rounded, in single precision; offset and crop truncated
// Everything else (OpenCV, Keras) truncates both. A crop is rounded as central-crop.ts says, but for TensorFlow 1.

import type { ModelInput } from '#contract/model.ts'
import { type CropBox, centralCrop } from './central-crop.ts'

export type Framing = Pick<ModelInput, 'crop' | 'shortSide' | 'resize' | 'width' | 'height'>

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Frame {
  /** In the image. */
  readonly box: CropBox
  /** What the box becomes. */
  readonly scaled: Size
  /** Where in the scaled box the input begins. */
  readonly cut: { readonly left: number; readonly top: number }
}

export function frameOf(image: Size, { crop, shortSide, resize, width, height }: Framing): Frame {
  if (shortSide === undefined) {
    const cropOf = resize === 'bilinear-tf1' ? truncatedCrop : centralCrop
    return {
      box: cropOf(image.width, image.height, crop),
      scaled: { width, height },
      cut: { left: 0, top: 0 },
    }
  }
  const scaled = scaledTo(image, shortSide, resize)
  const middle = resize === 'bilinear-antialias' || resize === 'bilinear-pillow' ? halfEven : half
  return {
    box: { left: 0, top: 0, ...pick(image) },
    scaled,
    cut: { left: middle(scaled.width - width), top: middle(scaled.height - height) },
  }
}

function scaledTo(image: Size, shortSide: number, resize: Framing['resize']): Size {
  const short = Math.min(image.width, image.height)
  const single = Math.fround(shortSide / short)
  const side = (px: number) =>
    resize === 'bilinear-tf1'
      ? Math.round(Math.fround(px * single))
      : px === short
        ? shortSide
        : Math.trunc((shortSide * px) / short)
  return { width: side(image.width), height: side(image.height) }
}

/** tf.image.central_crop: as much off either end. */
function truncatedCrop(width: number, height: number, fraction: number): CropBox {
  const start = (side: number) => Math.trunc((side - side * fraction) / 2)
  const [left, top] = [start(width), start(height)]
  return { left, top, width: width - 2 * left, height: height - 2 * top }
}

const half = (room: number): number => Math.floor(room / 2)

/** As Python rounds: of two whole numbers that are equally near, the even one. */
function halfEven(room: number): number {
  const down = half(room)
  return room % 2 === 1 && down % 2 === 1 ? down + 1 : down
}

const pick = ({ width, height }: Size): Size => ({ width, height })
