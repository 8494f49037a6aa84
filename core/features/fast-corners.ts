// Number of keypoints (paper, Table 2). The original counts SURF keypoints: patented and slow. We count
// FAST-9/16 corners (Rosten and Drummond 2006) with threshold 20 and 3x3 non-maximum suppression, as OpenCV's
// FastFeatureDetector does. A pixel is a corner when nine neighbours in a row on the circle of radius 3 are
// all brighter, or all darker, than it by more than the threshold; its score is the largest threshold that it
// would pass. Images under 7 pixels on a side have no corners.

import type { LumaImage } from './luma.ts'

/** OpenCV's usual FAST threshold. */
const THRESHOLD = 20
const RADIUS = 3
const CIRCLE_X = [0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1] as const
const CIRCLE_Y = [3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1, 0, 1, 2, 3] as const
const DARKER = 1
const BRIGHTER = 2
/** By difference to the centre + 255: is that neighbour darker or brighter by more than the threshold? */
const KIND = Uint8Array.from({ length: 511 }, (_, i) => {
  const difference = i - 255
  if (difference < -THRESHOLD) return DARKER
  return difference > THRESHOLD ? BRIGHTER : 0
})

export function countCorners(image: LumaImage): number {
  const { width, height } = image
  if (width < 2 * RADIUS + 1 || height < 2 * RADIUS + 1) return 0
  const scores = new Uint8Array(width * height)
  const corners = scoreCorners(image, scores)
  let count = 0
  for (const at of corners) if (isLocalMaximum(scores, at, width)) count++
  return count
}

/** Fills `scores` and returns where they are not zero. */
function scoreCorners({ y, width, height }: LumaImage, scores: Uint8Array): number[] {
  const offsets = Int32Array.from(CIRCLE_X, (dx, i) => CIRCLE_Y[i]! * width + dx)
  const arc = new ArcScore(offsets)
  const [first, second] = [offsets[0]!, offsets[4]!]
  const kindOf = KIND
  const found: number[] = []
  for (let row = RADIUS; row < height - RADIUS; row++) {
    const end = row * width + width - RADIUS
    for (let at = row * width + RADIUS; at < end; at++) {
      // An arc of nine holds one pixel of every opposite pair; almost all pixels fail at the first or second.
      const base = 255 - y[at]!
      const kinds = kindOf[base + y[at + first]!]! | kindOf[base + y[at - first]!]!
      if (kinds === 0) continue
      if ((kinds & (kindOf[base + y[at + second]!]! | kindOf[base + y[at - second]!]!)) === 0) continue
      if (!isCorner(y, at, offsets)) continue
      scores[at] = arc.of(y, at)
      found.push(at)
    }
  }
  return found
}

function isCorner(y: Uint8Array, at: number, offsets: Int32Array): boolean {
  const base = 255 - y[at]!
  let darker = 0
  let brighter = 0
  for (let i = 0; i < 16; i++) {
    const kind = KIND[base + y[at + offsets[i]!]!]!
    darker |= (kind & DARKER) << i
    brighter |= (kind >> 1) << i
  }
  return hasNineInARow(darker) || hasNineInARow(brighter)
}

/** Sixteen bits as a ring: after shifts of 1, 2 and 4 a bit stands for eight set bits from there on. */
function hasNineInARow(bits: number): boolean {
  const ring = bits | (bits << 16)
  let runs = ring & (ring >>> 1)
  runs &= runs >>> 2
  runs &= runs >>> 4
  return (runs & (ring >>> 8)) !== 0
}

/** The largest t for which nine neighbours in a row are all darker, or all brighter, by at least t. */
class ArcScore {
  private readonly offsets: Int32Array
  /** The circle, and its first half again, so that every arc of nine is a run of neighbours. */
  private readonly differences = new Int16Array(24)
  private readonly low = new Int16Array(24)
  private readonly high = new Int16Array(24)

  constructor(offsets: Int32Array) {
    this.offsets = offsets
  }

  of(y: Uint8Array, at: number): number {
    const { differences, low, high } = this
    for (let i = 0; i < 24; i++) {
      const difference = y[at]! - y[at + this.offsets[i & 15]!]!
      differences[i] = difference
      low[i] = difference
      high[i] = difference
    }
    // Doubling: after steps of 1, 2 and 4, low[i] and high[i] bound eight differences in a row.
    for (let step = 1; step <= 4; step *= 2) {
      for (let i = 0; i + step < 24; i++) {
        low[i] = Math.min(low[i]!, low[i + step]!)
        high[i] = Math.max(high[i]!, high[i + step]!)
      }
    }
    let score = 0
    for (let i = 0; i < 16; i++) {
      const ninth = differences[i + 8]!
      score = Math.max(score, Math.min(low[i]!, ninth), -Math.max(high[i]!, ninth))
    }
    return score
  }
}

function isLocalMaximum(scores: Uint8Array, at: number, width: number): boolean {
  const score = scores[at]!
  for (let row = at - width; row <= at + width; row += width)
    for (let i = row - 1; i <= row + 1; i++) if (i !== at && scores[i]! >= score) return false
  return true
}
