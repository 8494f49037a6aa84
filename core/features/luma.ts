// Luma and what its histogram tells (paper, Table 2: average brightness, its root mean square, contrast). Luma
// is BT.601 in thousandths, so that y = round(0.299 R + 0.587 G + 0.114 B) holds exactly and in integers. All
// three features come from the 256-bin histogram: sums over it are exact and cost nothing.

import type { RgbImage } from '../preprocess/crop-resize.ts'

/** One byte a pixel, rows top to bottom. */
export interface LumaImage {
  y: Uint8Array
  width: number
  height: number
}

export function toLuma({ rgb, width, height }: RgbImage): LumaImage {
  const y = new Uint8Array(width * height)
  for (let i = 0, j = 0; i < y.length; i++, j += 3)
    y[i] = ((299 * rgb[j]! + 587 * rgb[j + 1]! + 114 * rgb[j + 2]! + 500) / 1000) | 0
  return { y, width, height }
}

export function lumaHistogram({ y }: LumaImage): Int32Array {
  const counts = new Int32Array(256)
  for (let i = 0; i < y.length; i++) counts[y[i]!]!++
  return counts
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
