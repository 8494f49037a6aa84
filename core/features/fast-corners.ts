// Number of keypoints (paper, Table 2). The original counts SURF keypoints: patented and slow. We count
// FAST-9/16 corners (Rosten and Drummond 2006) with threshold 20 and 3x3 non-maximum suppression, as OpenCV's
// FastFeatureDetector does. A pixel is a corner when nine neighbours in a row on the circle of radius 3 are
// all brighter, or all darker, than it by more than the threshold; its score is the largest threshold that it
// would pass. Images under 7 pixels on a side have no corners. On photographs branches on pixels are guessed
// wrong half the time, so lists are compacted and extremes taken without any.

import { findCandidates, RADIUS, THRESHOLD } from './fast-candidates.ts'
import type { LumaPlane } from './luma.ts'

const CIRCLE_X = [0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1] as const
const CIRCLE_Y = [3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1, 0, 1, 2, 3] as const
/** An arc of nine may begin at any of 16 places: the circle, and its first half again. */
const AROUND = 24
const DARKER = 1
const BRIGHTER = 1 << 16
/** By difference to the centre + 255: is that neighbour darker or brighter by more than the threshold? */
const KIND = Int32Array.from({ length: 511 }, (_, i) => {
  const difference = i - 255
  if (difference < -THRESHOLD) return DARKER
  return difference > THRESHOLD ? BRIGHTER : 0
})

export function countCorners(luma: LumaPlane): number {
  const { width, height, stride } = luma
  if (width < 2 * RADIUS + 1 || height < 2 * RADIUS + 1) return 0
  const circle = Int32Array.from({ length: AROUND }, (_, i) => CIRCLE_Y[i & 15]! * stride + CIRCLE_X[i & 15]!)
  const corners = confirmCorners(luma, circle, findCandidates(luma))
  scoreCorners(luma, circle, corners)
  return countMaxima(luma, corners)
}

/** Keeps the corners in `found`, with the starts of their arcs in `stack`; returns how many. */
function confirmCorners({ y, scratch }: LumaPlane, circle: Int32Array, candidates: number): number {
  const { found, stack: arcs } = scratch
  const kind = KIND
  const [o0, o1, o2, o3] = [circle[0]!, circle[1]!, circle[2]!, circle[3]!]
  const [o4, o5, o6, o7] = [circle[4]!, circle[5]!, circle[6]!, circle[7]!]
  let corners = 0
  for (let i = 0; i < candidates; i++) {
    const at = found[i]!
    const base = 255 - y[at]!
    // Written out: it is looked up ten thousand times an image, and a loop takes twice as long.
    const ring =
      kind[base + y[at + o0]!]! |
      (kind[base + y[at + o1]!]! << 1) |
      (kind[base + y[at + o2]!]! << 2) |
      (kind[base + y[at + o3]!]! << 3) |
      (kind[base + y[at + o4]!]! << 4) |
      (kind[base + y[at + o5]!]! << 5) |
      (kind[base + y[at + o6]!]! << 6) |
      (kind[base + y[at + o7]!]! << 7) |
      (kind[base + y[at - o0]!]! << 8) |
      (kind[base + y[at - o1]!]! << 9) |
      (kind[base + y[at - o2]!]! << 10) |
      (kind[base + y[at - o3]!]! << 11) |
      (kind[base + y[at - o4]!]! << 12) |
      (kind[base + y[at - o5]!]! << 13) |
      (kind[base + y[at - o6]!]! << 14) |
      (kind[base + y[at - o7]!]! << 15)
    const starts = ninesInARow(ring & 0xffff) | (ninesInARow(ring >>> 16) << 16)
    found[corners] = at
    arcs[corners] = starts
    corners += (starts | -starts) >>> 31
  }
  return corners
}

/** Sixteen bits as a ring; a bit of the answer stands for nine set bits from there on. */
function ninesInARow(bits: number): number {
  const ring = bits | (bits << 16)
  let runs = ring & (ring >>> 1)
  runs &= runs >>> 2
  runs &= runs >>> 4
  return runs & (ring >>> 8) & 0xffff
}

/** Writes the corners' scores to `mark`, which is 0 elsewhere. */
function scoreCorners({ y, height, stride, scratch }: LumaPlane, circle: Int32Array, corners: number): void {
  const { found, stack: arcs } = scratch
  const scores = scratch.mark.fill(0, 0, stride * (height + 2))
  for (let i = 0; i < corners; i++) {
    const at = found[i]!
    // Nine are not both darker and brighter of sixteen. Darker arcs are seen in the negative, as brighter ones.
    const negative = (arcs[i]! & 0xffff) === 0 ? 0 : 255
    let starts = (arcs[i]! & 0xffff) | (arcs[i]! >>> 16)
    let best = 0
    while (starts !== 0) {
      const start = 31 - Math.clz32(starts & -starts)
      starts &= starts - 1
      best = greater(best, darkestOfNine(y, at, circle, start, negative))
    }
    scores[at] = best - (y[at]! ^ negative)
  }
}

function darkestOfNine(y: Uint8Array, at: number, circle: Int32Array, i: number, negative: number): number {
  const a = lesser(y[at + circle[i]!]! ^ negative, y[at + circle[i + 1]!]! ^ negative)
  const b = lesser(y[at + circle[i + 2]!]! ^ negative, y[at + circle[i + 3]!]! ^ negative)
  const c = lesser(y[at + circle[i + 4]!]! ^ negative, y[at + circle[i + 5]!]! ^ negative)
  const d = lesser(y[at + circle[i + 6]!]! ^ negative, y[at + circle[i + 7]!]! ^ negative)
  return lesser(lesser(lesser(a, b), lesser(c, d)), y[at + circle[i + 8]!]! ^ negative)
}

/** Of bytes, as Math.min, but without a branch. */
function lesser(a: number, b: number): number {
  return b + ((a - b) & ((a - b) >> 31))
}

function greater(a: number, b: number): number {
  return a - ((a - b) & ((a - b) >> 31))
}

/** How many score more than each of their eight neighbours. */
function countMaxima({ stride, scratch }: LumaPlane, corners: number): number {
  const { found, mark: scores } = scratch
  let count = 0
  for (let i = 0; i < corners; i++) {
    const at = found[i]!
    const score = scores[at]!
    const above =
      (scores[at - stride - 1]! - score) & (scores[at - stride]! - score) & (scores[at - stride + 1]! - score)
    const below =
      (scores[at + stride - 1]! - score) & (scores[at + stride]! - score) & (scores[at + stride + 1]! - score)
    // All differences are negative where the sign bit of their conjunction is set.
    count += (above & below & (scores[at - 1]! - score) & (scores[at + 1]! - score)) >>> 31
  }
  return count
}
