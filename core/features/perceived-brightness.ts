// Perceived brightness (paper, Table 2): sqrt(0.241 R^2 + 0.691 G^2 + 0.068 B^2), the HSP weights, once of the
// channel means and once of the channels' mean squares. Both come from one pass of integer sums,
// exact for any image that fits into memory.

import type { RgbImage } from '../preprocess/crop-resize.ts'

export interface PerceivedBrightness {
  ofMeans: number
  rms: number
}

export function perceivedBrightness({ rgb }: RgbImage): PerceivedBrightness {
  let r = 0
  let g = 0
  let b = 0
  let rr = 0
  let gg = 0
  let bb = 0
  for (let i = 0; i < rgb.length; i += 3) {
    const red = rgb[i]!
    const green = rgb[i + 1]!
    const blue = rgb[i + 2]!
    r += red
    g += green
    b += blue
    rr += red * red
    gg += green * green
    bb += blue * blue
  }
  const n = rgb.length / 3
  return {
    ofMeans: Math.sqrt(weigh((r / n) ** 2, (g / n) ** 2, (b / n) ** 2)),
    rms: Math.sqrt(weigh(rr / n, gg / n, bb / n)),
  }
}

function weigh(r: number, g: number, b: number): number {
  return 0.241 * r + 0.691 * g + 0.068 * b
}
