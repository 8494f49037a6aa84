// Hue histogram (paper, Table 2: hue 1-7): the share of pixels in seven equal bins over HSV hue. Hue is
// OpenCV's 8-bit convention, 0..179 half degrees in its fixed-point arithmetic, so that both count alike;
// grey pixels have no hue and count as 0. The original bins 0..255, which leaves its last two bins empty;
// ours span the values that occur. The first bin, which is the one that routers use at run time, is told
// without the hue: only around red can a hue be that small.

import type { RgbImage } from '../preprocess/crop-resize.ts'

const BINS = 7
const HUES = 180
/** OpenCV divides by the chroma in 12-bit fixed point. */
const SHIFT = 12
const HALF = 1 << (SHIFT - 1)
const SIXTH_BY_CHROMA = Int32Array.from({ length: 256 }, (_, chroma) =>
  chroma === 0 ? 0 : Math.round((HUES << SHIFT) / (6 * chroma)),
)
/** The first hue that is not in the first bin: 26 * 7 > 180. */
const SECOND_BIN = Math.ceil(HUES / BINS)

/** Seven shares that add up to 1. */
export function hueHistogram({ rgb }: RgbImage): number[] {
  const counts = new Int32Array(HUES)
  for (let i = 0; i < rgb.length; i += 3) counts[hueOf(rgb[i]!, rgb[i + 1]!, rgb[i + 2]!)]!++
  const bins = new Array<number>(BINS).fill(0)
  for (let hue = 0; hue < HUES; hue++) bins[Math.floor((hue * BINS) / HUES)]! += counts[hue]!
  return bins.map((count) => shareOf(count, { rgb }))
}

/** The first of the seven shares: of the pixels whose hue is under 26. */
export function firstHueShare({ rgb }: RgbImage): number {
  const sixthByChroma = SIXTH_BY_CHROMA
  let others = 0
  for (let i = 0; i < rgb.length; i += 3) {
    const r = rgb[i]!
    const g = rgb[i + 1]!
    const b = rgb[i + 2]!
    const sixths = g - b
    const chroma = r - b - (sixths & (sixths >> 31))
    const hue = Math.imul(sixths, sixthByChroma[chroma & 255]!) + HALF
    // Negative where red is not the largest, or the hue is below 0 (which is 179), or not in the bin.
    others += (hue | ((SECOND_BIN << SHIFT) - 1 - hue) | (r - g) | (r - b)) >>> 31
  }
  return shareOf(rgb.length / 3 - others, { rgb })
}

/** Of so many of the image's pixels. */
export function shareOf(count: number, { rgb }: Pick<RgbImage, 'rgb'>): number {
  return (count * 3) / rgb.length
}

/** 0..179; red is 0, green 60, blue 120. Written with masks: which channel is the largest is anyone's guess. */
export function hueOf(r: number, g: number, b: number): number {
  const overGreen = r - ((r - g) & ((r - g) >> 31))
  const value = overGreen - ((overGreen - b) & ((overGreen - b) >> 31))
  const underGreen = g + ((r - g) & ((r - g) >> 31))
  const least = b + ((underGreen - b) & ((underGreen - b) >> 31))
  const chroma = value - least
  const notRed = (r - value) >> 31
  const notGreen = (g - value) >> 31
  const sixths =
    ((g - b) & ~notRed) |
    ((b - r + 2 * chroma) & notRed & ~notGreen) |
    ((r - g + 4 * chroma) & notRed & notGreen)
  const hue = (Math.imul(sixths, SIXTH_BY_CHROMA[chroma]!) + HALF) >> SHIFT
  // No hue is 180: from red's far side it is at most 179.
  return hue + (HUES & (hue >> 31))
}
