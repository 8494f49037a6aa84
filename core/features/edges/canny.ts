// Edge pixels by Canny (1986) on luma, as OpenCV computes them: Sobel 3x3 with a replicated border, L1
// magnitude, non-maximum suppression in four directions, hysteresis between 50 and 100. The gradients stay
// with the result, because segments are grown along them. Half of a photograph's pixels are above the lower
// threshold, and which way their gradient points cannot be guessed: pixels are listed, and the list is thinned
// out, without branches.

import type { LumaPlane } from '../luma.ts'
import { type Geometry, MARGIN, type Scratch } from '../scratch.ts'

const LOW = 50
const HIGH = 100
/** tan(22.5 degrees) in 15-bit fixed point: the border between an axis and a diagonal direction. */
const TAN_22 = 13573

const WEAK = 1
export const EDGE = 2

/** `mark` is EDGE on edges, and below it elsewhere; `dx` and `dy` hold their gradients. */
export interface EdgeMap extends Geometry {
  /** `found` lists the ridges, in raster order: all edges, and others. */
  scratch: Scratch
  ridges: number
}

export function findEdges(luma: LumaPlane): EdgeMap {
  const { width, height, stride, scratch } = luma
  const ridges = keepRidges(luma, sobel(luma))
  growStrongEdges(luma, ridges)
  return { width, height, stride, scratch, ridges }
}

/**
 * Fills dx, dy and magnitude = |dx| + |dy|, which is 0 around the image; returns how many pixels above LOW it
 * listed. Column sums slide along the row, so each pixel is read three times.
 */
function sobel({ y, width, height, stride, scratch }: LumaPlane): number {
  const { dx, dy, found } = scratch
  const magnitude = scratch.magnitude.fill(0, 0, stride * (height + 2))
  let count = 0
  for (let row = 1; row <= height; row++) {
    const start = row * stride + MARGIN
    const end = start + width
    let smooth0 = y[start - stride - 1]! + 2 * y[start - 1]! + y[start + stride - 1]!
    let smooth1 = y[start - stride]! + 2 * y[start]! + y[start + stride]!
    let slope0 = y[start + stride - 1]! - y[start - stride - 1]!
    let slope1 = y[start + stride]! - y[start - stride]!
    for (let at = start; at < end; at++) {
      const above = y[at - stride + 1]!
      const below = y[at + stride + 1]!
      const smooth2 = above + 2 * y[at + 1]! + below
      const slope2 = below - above
      const gx = smooth2 - smooth0
      const gy = slope0 + 2 * slope1 + slope2
      const m = (gx ^ (gx >> 31)) - (gx >> 31) + ((gy ^ (gy >> 31)) - (gy >> 31))
      dx[at] = gx
      dy[at] = gy
      magnitude[at] = m
      found[count] = at
      count += (LOW - m) >>> 31
      smooth0 = smooth1
      smooth1 = smooth2
      slope0 = slope1
      slope1 = slope2
    }
  }
  return count
}

/** Keeps of the listed pixels those that are ridges, and marks them weak or edge; returns how many. */
function keepRidges({ height, stride, scratch }: LumaPlane, listed: number): number {
  const { found, magnitude, dx, dy } = scratch
  const mark = scratch.mark.fill(0, 0, stride * (height + 2))
  // By direction: 0 and 4 diagonal, falling and rising; those with bit 0 level, with bit 1 upright.
  const neighbour = Int32Array.of(stride + 1, 1, stride, 1, stride - 1, 1, stride, 1)
  let ridges = 0
  for (let i = 0; i < listed; i++) {
    const at = found[i]!
    const m = magnitude[at]!
    const gx = dx[at]!
    const gy = dy[at]!
    const ax = (gx ^ (gx >> 31)) - (gx >> 31)
    const ay = ((gy ^ (gy >> 31)) - (gy >> 31)) << 15
    const border = Math.imul(ax, TAN_22)
    const isLevel = (ay - border) >>> 31
    const isUpright = (border + (ax << 16) - ay) >>> 31
    const step = neighbour[isLevel | (isUpright << 1) | (((gx ^ gy) >>> 31) << 2)]!
    // A plateau's first pixel wins on the axes; on diagonals, as in OpenCV, none does.
    const isRidge = (magnitude[at - step]! - m) & (magnitude[at + step]! - m - (isLevel | isUpright))
    mark[at] = (isRidge >>> 31) << ((HIGH - m) >>> 31)
    found[ridges] = at
    ridges += isRidge >>> 31
  }
  return ridges
}

/** Hysteresis: a weak pixel is an edge where a strong one reaches it through weak ones. */
function growStrongEdges({ stride, scratch }: LumaPlane, ridges: number): void {
  const { found, mark, stack } = scratch
  let depth = 0
  for (let i = 0; i < ridges; i++) {
    const seed = found[i]!
    if (mark[seed] !== WEAK) continue
    const above = mark[seed - stride - 1]! | mark[seed - stride]! | mark[seed - stride + 1]!
    const below = mark[seed + stride - 1]! | mark[seed + stride]! | mark[seed + stride + 1]!
    if (((above | below | mark[seed - 1]! | mark[seed + 1]!) & EDGE) === 0) continue
    // From the few weak pixels that touch an edge, weak ones are followed.
    mark[seed] = EDGE
    stack[depth++] = seed
    while (depth > 0) {
      const at = stack[--depth]!
      for (let line = at - stride; line <= at + stride; line += stride) {
        for (let near = line - 1; near <= line + 1; near++) {
          if (mark[near] !== WEAK) continue
          mark[near] = EDGE
          stack[depth++] = near
        }
      }
    }
  }
}
