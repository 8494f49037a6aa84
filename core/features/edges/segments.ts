// Line segments and their histograms (paper, Table 2: edge length 1-7, edge angle 1-7). The original draws a
// probabilistic Hough transform over Canny edges (probabilistic-hough.ts); we grow 8-connected runs of edge
// pixels whose gradient stays within 22.5 degrees of the run's first pixel, which is cheap and draws no lots.
// A run's segment is the diagonal of its bounding box; its slope is perpendicular to the first pixel's
// gradient. Segments under 3 pixels long in both directions, from first to last pixel, are noise.

import { EDGE, type EdgeMap } from './canny.ts'
import { SegmentHistograms } from './segment-histograms.ts'

const SHORTEST = 3
/** cos^2(22.5 degrees): compared with squares, so that no root is taken a pixel. */
const COS2_22 = (1 + Math.SQRT1_2) / 2
const TAKEN = 4

/** Takes the edges off the map as it walks. */
export function runHistograms(map: EdgeMap): SegmentHistograms {
  const { width, height, ridges } = map
  const { found, mark, dx, dy } = map.scratch
  const histograms = new SegmentHistograms({ width, height })
  const near = neighboursOf(map.stride)
  const box = new Int32Array(2)
  for (let i = 0; i < ridges; i++) {
    const seed = found[i]!
    if (mark[seed] !== EDGE) continue
    takeRun(map, near, seed, box)
    const across = box[0]!
    const down = box[1]!
    if (across < SHORTEST && down < SHORTEST) continue
    const falls = dx[seed]! * dy[seed]! <= 0
    histograms.add(across, falls ? down : -down)
  }
  return histograms
}

/** In the order of the bits in takeRun(). */
function neighboursOf(stride: number): Int32Array {
  return Int32Array.of(-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1)
}

/** Marks the run that begins here as taken; writes its box's width - 1 and height - 1. */
function takeRun({ stride, scratch }: EdgeMap, near: Int32Array, seed: number, box: Int32Array): void {
  const { mark, dx, dy, stack } = scratch
  const ux = dx[seed]!
  const uy = dy[seed]!
  const needed = (ux * ux + uy * uy) * COS2_22
  // Half a pixel on, a product rounds down to the row as the quotient would, and is faster.
  const rowsPerPlace = 1 / stride
  const top = (seed / stride) | 0
  let left = seed - top * stride
  let right = left
  let last = seed
  let depth = 1
  stack[0] = seed
  mark[seed] = TAKEN
  while (depth > 0) {
    const at = stack[--depth]!
    const column = at - (((at + 0.5) * rowsPerPlace) | 0) * stride
    if (column < left) left = column
    if (column > right) right = column
    if (at > last) last = at
    // All eight are read before any is looked at: mostly one or two are edges, and which is a guess.
    let edges =
      (mark[at - stride - 1]! & EDGE) |
      ((mark[at - stride]! & EDGE) << 1) |
      ((mark[at - stride + 1]! & EDGE) << 2) |
      ((mark[at - 1]! & EDGE) << 3) |
      ((mark[at + 1]! & EDGE) << 4) |
      ((mark[at + stride - 1]! & EDGE) << 5) |
      ((mark[at + stride]! & EDGE) << 6) |
      ((mark[at + stride + 1]! & EDGE) << 7)
    while (edges !== 0) {
      // EDGE is the second bit, so the first neighbour's is too.
      const next = at + near[30 - Math.clz32(edges & -edges)]!
      edges &= edges - 1
      const vx = dx[next]!
      const vy = dy[next]!
      const dot = vx * ux + vy * uy
      if (dot * dot < needed * (vx * vx + vy * vy)) continue
      mark[next] = TAKEN
      stack[depth++] = next
    }
  }
  // Scanning found the first pixel of the first row, so the run only reaches down from it.
  box[0] = right - left
  box[1] = ((last / stride) | 0) - top
}
