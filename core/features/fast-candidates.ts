// The first stage of FAST: which pixels may be corners at all. An arc of nine holds one pixel of every opposite
// pair on the circle, so a corner's neighbours above or below, and left or right, at distance 3, are both darker
// or both brighter. On photographs one pixel in five passes. Four pixels are tested at a time: a word of four
// bytes is split into two words of two 16-bit lanes, whose top bit holds the answer of a subtraction
// (Hacker's Delight, section 2-18). Lanes are numbered as little-endian machines hold them, as all that
// run Node do.

import type { LumaPlane } from './luma.ts'
import { MARGIN } from './scratch.ts'

/** OpenCV's usual FAST threshold. */
export const THRESHOLD = 20
export const RADIUS = 3

/** The even pixels of a word, one in each half; shifted down by 8 bits first, the odd ones. */
const LANES = 0x00ff00ff
/** Added to a difference in each lane, it sets the lane's top bit where the difference is over the threshold. */
const OVER = ((0x8000 - THRESHOLD - 1) << 16) | (0x8000 - THRESHOLD - 1)
const TOP_BITS = 0x80008000 | 0

/** Writes to `found`, in raster order, where corners may be; returns how many. */
export function findCandidates({ width, height, stride, scratch }: LumaPlane): number {
  const { found, lumaWords: words } = scratch
  const reach = (RADIUS * stride) >> 2
  let count = 0
  for (let row = RADIUS; row < height - RADIUS; row++) {
    const start = (row + 1) * stride + MARGIN
    const end = (start + width - RADIUS + 3) >> 2
    // Of the first four pixels only the last is far enough from the border.
    let usable = 0x80000000 | 0
    let even = words[start >> 2]! & LANES
    let oddBefore = (words[(start >> 2) - 1]! >>> 8) & LANES
    let odd = (words[start >> 2]! >>> 8) & LANES
    let evenBefore = words[(start >> 2) - 1]! & LANES
    for (let word = start >> 2; word < end; word++) {
      const next = words[word + 1]!
      const above = words[word - reach]!
      const below = words[word + reach]!
      const evenNext = next & LANES
      const oddNext = (next >>> 8) & LANES
      const hitsEven = passes(even, above & LANES, below & LANES, oddBefore, (odd >>> 16) | (oddNext << 16))
      const hitsOdd = passes(
        odd,
        (above >>> 8) & LANES,
        (below >>> 8) & LANES,
        (evenBefore >>> 16) | (even << 16),
        evenNext,
      )
      const hits = (((hitsEven & TOP_BITS) >>> 1) | (hitsOdd & TOP_BITS)) & usable
      usable = -1
      evenBefore = even
      oddBefore = odd
      even = evenNext
      odd = oddNext
      if (hits === 0) continue
      const at = word << 2
      found[count] = at
      count += (hits >>> 14) & 1
      found[count] = at + 1
      count += (hits >>> 15) & 1
      found[count] = at + 2
      count += (hits >>> 30) & 1
      found[count] = at + 3
      count += hits >>> 31
    }
    const last = start + width - RADIUS - 1
    while (count > 0 && found[count - 1]! > last) count--
  }
  return count
}

/** In each lane's top bit: are one of a, b and one of c, d both darker, or both brighter, than the centre? */
function passes(centre: number, a: number, b: number, c: number, d: number): number {
  const darker = centre + OVER
  const brighter = OVER - centre
  return (
    (((darker - a) | (darker - b)) & ((darker - c) | (darker - d))) |
    (((brighter + a) | (brighter + b)) & ((brighter + c) | (brighter + d)))
  )
}
