// Perceived brightness (paper, Table 2): sqrt(0.241 R^2 + 0.691 G^2 + 0.068 B^2), the HSP weights, once of the
// channel means and once of the channels' mean squares. Sums are of integers, and exact for any image that fits into
// memory.

import type { RgbImage } from '../preprocess/crop-resize.ts'

/** Of the means of the three channels. */
export function perceivedOfMeans([r, g, b]: readonly [number, number, number]): number {
  return Math.sqrt(weigh(r ** 2, g ** 2, b ** 2))
}

/** Of the mean squares of the three channels. */
export function perceivedRms({ rgb }: RgbImage): number {
  let r = 0
  let g = 0
  let b = 0
  for (let i = 0; i < rgb.length; i += 3) {
    r += rgb[i]! * rgb[i]!
    g += rgb[i + 1]! * rgb[i + 1]!
    b += rgb[i + 2]! * rgb[i + 2]!
  }
  return perceivedOfSquares([r, g, b], rgb.length / 3)
}

/** Of the sums of the channels' squares over so many pixels. */
export function perceivedOfSquares([r, g, b]: readonly [number, number, number], pixels: number): number {
  return Math.sqrt(weigh(r / pixels, g / pixels, b / pixels))
}

function weigh(r: number, g: number, b: number): number {
  return 0.241 * r + 0.691 * g + 0.068 * b
}
