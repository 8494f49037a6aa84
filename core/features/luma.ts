// Luma and what one reading of the pixels tells beside it (paper, Table 2: average brightness, its root mean
// square, contrast). Luma is BT.601 in thousandths, so that y = round(0.299 R + 0.587 G + 0.114 B) holds exactly
// and in integers. Its three features come from the 256-bin histogram, whose sums are exact and cost nothing. The
// channels' means (perceived-brightness.ts) are had by the way.
// The plane repeats the image's border once, so that a gradient has neighbours everywhere.

import type { RgbImage } from '../preprocess/crop-resize.ts'
import { type Geometry, geometryOf, MARGIN, planeSize, type Scratch, scratchFor } from './scratch.ts'

export interface LumaPlane extends Geometry {
  /** One byte a pixel, placed as scratch.ts says. */
  y: Uint8Array
  /** How many pixels have each luma. */
  histogram: Int32Array
  /** Of red, green and blue over all pixels. */
  means: readonly [number, number, number]
  /** Shared with all that is computed from this plane. */
  scratch: Scratch
}

export function toLuma(image: RgbImage, scratch = scratchFor(geometryOf(image))): LumaPlane {
  const geometry = geometryOf(image)
  const { rgb, width, height } = image
  const { stride } = geometry
  if (scratch.size < planeSize(geometry))
    throw new RangeError(
      `Cannot work on image "${width}x${height}": memory has ${scratch.size} places, expected ${planeSize(geometry)}`,
    )
  const y = scratch.luma
  const histogram = new Int32Array(256)
  let red = 0
  let green = 0
  let blue = 0
  for (let row = 0, j = 0; row < height; row++) {
    const start = (row + 1) * stride + MARGIN
    const end = start + width
    for (let at = start; at < end; at++, j += 3) {
      const r = rgb[j]!
      const g = rgb[j + 1]!
      const b = rgb[j + 2]!
      // (thousandths / 1000) rounded down: exact for every colour, and no 64-bit product.
      const luma = Math.imul((299 * r + 587 * g + 114 * b + 500) >> 3, 33555) >> 22
      y[at] = luma
      histogram[luma]!++
      red += r
      green += g
      blue += b
    }
    y[start - 1] = y[start]!
    y[start + width] = y[start + width - 1]!
  }
  y.copyWithin(0, stride, 2 * stride)
  y.copyWithin((height + 1) * stride, height * stride, (height + 1) * stride)
  const count = width * height
  return { ...geometry, y, histogram, means: meansOf([red, green, blue], count), scratch }
}

export function meansOf(
  [red, green, blue]: readonly [number, number, number],
  pixels: number,
): [number, number, number] {
  return [red / pixels, green / pixels, blue / pixels]
}

export interface Brightness {
  mean: number
  rms: number
  /** Standard deviation of luma, over all pixels. */
  contrast: number
}

export function brightness(histogram: Int32Array): Brightness {
  let count = 0
  let sum = 0
  let squares = 0
  for (let v = 0; v < 256; v++) {
    count += histogram[v]!
    sum += v * histogram[v]!
    squares += v * v * histogram[v]!
  }
  // n * squares - sum^2 stays an exact integer, where mean square - mean^2 would cancel to a negative number.
  const spread = Math.max(0, count * squares - sum * sum)
  return { mean: sum / count, rms: Math.sqrt(squares / count), contrast: Math.sqrt(spread) / count }
}
