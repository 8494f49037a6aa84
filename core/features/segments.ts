// Line segments and their histograms (paper, Table 2: edge length 1-7, edge angle 1-7). The original draws a
// probabilistic Hough transform over Canny edges; we grow 8-connected runs of edge pixels whose gradient
// stays within 22.5 degrees of the run's first pixel, which is cheap and draws no lots. A run's segment is
// the diagonal of its bounding box; its slope is perpendicular to the first pixel's gradient. Segments under
// 3 pixels long in both directions, from first to last pixel, are noise. Unlike the original, lengths over p
// count in the last bin and angles are binned over the half circle that they can have.

import { EDGE, type EdgeMap } from './canny.ts'

const BINS = 7
const SHORTEST = 3
/** cos^2(22.5 degrees): compared with squares, so that no root is taken a pixel. */
const COS2_22 = (1 + Math.SQRT1_2) / 2
const TAKEN = 3

export interface SegmentHistograms {
  /** Shares of segments by length / p in (0, 1], with p half the longer side. */
  lengths: number[]
  /** Shares of segments by angle in (-90, 90] degrees, with y downwards. */
  angles: number[]
}

/** Takes the edges off the map as it walks; all zero where there is no segment. */
export function segmentHistograms(map: EdgeMap): SegmentHistograms {
  const lengths = new Array<number>(BINS).fill(0)
  const angles = new Array<number>(BINS).fill(0)
  const p = Math.max(map.width, map.height) / 2
  let count = 0
  for (let row = 1; row <= map.height; row++) {
    const start = row * map.stride + 1
    for (let at = start; at < start + map.width; at++) {
      if (map.mark[at] !== EDGE) continue
      const falls = map.dx[at]! * map.dy[at]! <= 0
      const { width, height } = takeRun(map, at)
      if (width < SHORTEST && height < SHORTEST) continue
      count++
      lengths[binOf(Math.sqrt(width * width + height * height) / p)]!++
      angles[binOf(angleDegrees(width, falls ? height : -height) / 180 + 0.5)]!++
    }
  }
  const share = (n: number) => (count === 0 ? 0 : n / count)
  return { lengths: lengths.map(share), angles: angles.map(share) }
}

function binOf(fraction: number): number {
  return Math.min(BINS - 1, Math.floor(fraction * BINS))
}

/** From the left to the right end; an upright segment is 90, whichever way its gradient leans. */
function angleDegrees(width: number, rise: number): number {
  return width === 0 ? 90 : (Math.atan2(rise, width) * 180) / Math.PI
}

/** Marks the run that begins here as taken; returns its box's extents, last minus first. */
function takeRun(map: EdgeMap, seed: number): { width: number; height: number } {
  const { stride, mark, dx, dy } = map
  const ux = dx[seed]!
  const uy = dy[seed]!
  const needed = (ux * ux + uy * uy) * COS2_22
  let left = seed % stride
  let right = left
  const top = Math.floor(seed / stride)
  let bottom = top
  const stack = [seed]
  mark[seed] = TAKEN
  while (stack.length > 0) {
    const at = stack.pop()!
    const row = Math.floor(at / stride)
    const column = at - row * stride
    if (column < left) left = column
    if (column > right) right = column
    // Scanning found the first pixel of the first row, so the run only reaches down from it.
    if (row > bottom) bottom = row
    for (let line = at - stride; line <= at + stride; line += stride) {
      for (let near = line - 1; near <= line + 1; near++) {
        if (mark[near] !== EDGE) continue
        const dot = dx[near]! * ux + dy[near]! * uy
        if (dot * dot < needed * (dx[near]! * dx[near]! + dy[near]! * dy[near]!)) continue
        mark[near] = TAKEN
        stack.push(near)
      }
    }
  }
  return { width: right - left, height: bottom - top }
}
