// Hue histogram (paper, Table 2: hue 1-7): the share of pixels in seven equal bins over HSV hue. Hue is
// OpenCV's 8-bit convention, 0..179 half degrees in its fixed-point arithmetic, so that both count alike;
// grey pixels have no hue and count as 0. The original bins 0..255, which leaves its last two bins empty;
// ours span the values that occur.

import type { RgbImage } from '../preprocess/crop-resize.ts'

const BINS = 7
const HUES = 180
/** OpenCV divides by the chroma in 12-bit fixed point. */
const SHIFT = 12
const SIXTH_BY_CHROMA = Int32Array.from({ length: 256 }, (_, chroma) =>
  chroma === 0 ? 0 : Math.round((HUES << SHIFT) / (6 * chroma)),
)

/** Seven shares that add up to 1. */
export function hueHistogram({ rgb }: RgbImage): number[] {
  const counts = new Int32Array(HUES)
  for (let i = 0; i < rgb.length; i += 3) counts[hueOf(rgb[i]!, rgb[i + 1]!, rgb[i + 2]!)]!++
  const bins = new Array<number>(BINS).fill(0)
  for (let hue = 0; hue < HUES; hue++) bins[Math.floor((hue * BINS) / HUES)]! += counts[hue]!
  return bins.map((count) => (count * 3) / rgb.length)
}

/** 0..179; red is 0, green 60, blue 120. */
export function hueOf(r: number, g: number, b: number): number {
  let value = r > g ? r : g
  if (b > value) value = b
  let least = r < g ? r : g
  if (b < least) least = b
  const chroma = value - least
  let sixths: number
  if (value === r) sixths = g - b
  else if (value === g) sixths = b - r + 2 * chroma
  else sixths = r - g + 4 * chroma
  const hue = (sixths * SIXTH_BY_CHROMA[chroma]! + (1 << (SHIFT - 1))) >> SHIFT
  if (hue < 0) return hue + HUES
  return hue === HUES ? 0 : hue
}
