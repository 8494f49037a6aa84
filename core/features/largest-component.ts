// The largest 8-connected component of the pixels above a threshold: the "main object" that the paper measures
// (Table 2). Runs of foreground pixels, joined to the runs of the row above that they touch, in a union-find
// forest: one pass. The root of a component is its first run in raster order, so the answer is a pixel from
// which its outer border can be walked. Of equally large ones the first wins.

import type { LumaPlane } from './luma.ts'
import { MARGIN } from './scratch.ts'

/** First pixel, in raster order, of the largest component; -1 where there is none. Leaves `mark` 1 in the foreground. */
export function largestComponent(luma: LumaPlane, threshold: number): number {
  const { height, stride, scratch } = luma
  const { found: ends, parent, pixels } = scratch
  scratch.mark.fill(0, 0, stride * (height + 2))
  let above = 0
  let here = 0
  for (let row = 0; row < height; row++) {
    const next = listRuns(luma, threshold, { row, from: here })
    for (let run = here; run < next; run++) {
      parent[run] = run
      pixels[run] = ends[2 * run + 1]! - ends[2 * run]!
    }
    joinRows(luma, { above, here, next })
    above = here
    here = next
  }
  let best = -1
  for (let run = 0; run < here; run++)
    if (parent[run] === run && (best < 0 || pixels[run]! > pixels[best]!)) best = run
  return best < 0 ? -1 : ends[2 * best]!
}

/** Writes each run's first place, and the place after its last, to `found`; returns how many runs there are now. */
function listRuns(
  { y, width, stride, scratch }: LumaPlane,
  threshold: number,
  at: { row: number; from: number },
): number {
  const { found: ends, mark } = scratch
  const start = (at.row + 1) * stride + MARGIN
  let count = 2 * at.from
  let before = 0
  for (let i = start; i < start + width; i++) {
    const isAbove = (threshold - y[i]!) >>> 31
    mark[i] = isAbove
    ends[count] = i
    count += isAbove ^ before
    before = isAbove
  }
  ends[count] = start + width
  return (count + before) >> 1
}

/** Joins the runs of one row, above..here - 1, with those of the next, here..next - 1, where they touch. */
function joinRows(
  { stride, scratch }: LumaPlane,
  { above, here, next }: { above: number; here: number; next: number },
): void {
  const { found: ends, parent, pixels } = scratch
  let i = above
  let j = here
  while (i < here && j < next) {
    const end = ends[2 * i + 1]! + stride
    // A diagonal neighbour touches, so runs one pixel apart are joined.
    if (end >= ends[2 * j]! && ends[2 * j + 1]! >= ends[2 * i]! + stride) join(parent, pixels, i, j)
    if (end < ends[2 * j + 1]!) i++
    else j++
  }
}

function join(parent: Int32Array, pixels: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parent, a)
  const rootB = rootOf(parent, b)
  if (rootA === rootB) return
  const kept = Math.min(rootA, rootB)
  const gone = Math.max(rootA, rootB)
  parent[gone] = kept
  pixels[kept]! += pixels[gone]!
}

function rootOf(parent: Int32Array, run: number): number {
  let at = run
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!
    at = parent[at]!
  }
  return at
}
