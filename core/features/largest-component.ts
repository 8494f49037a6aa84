// The largest 8-connected component of the pixels above a threshold: the "main object" that the paper measures
// (Table 2). Runs of foreground pixels, joined to the runs of the row above that they touch, in a union-find
// forest: one pass, and memory only for the runs. The root of a component is its first run in raster order, so
// the answer is a pixel from which its outer border can be walked. Of equally large ones the first wins.

import type { LumaImage } from './luma.ts'

/** First pixel, in raster order, of the largest component of y > threshold; null where there is none. */
export function largestComponent({ y, width, height }: LumaImage, threshold: number) {
  const runs = new Runs()
  let above = 0
  for (let row = 0; row < height; row++) {
    const here = runs.count
    const start = row * width
    for (let x = 0; x < width; x++) {
      if (y[start + x]! <= threshold) continue
      const first = x
      while (x + 1 < width && y[start + x + 1]! > threshold) x++
      runs.add(row, first, x)
    }
    joinRows(runs, above, here)
    above = here
  }
  let best = -1
  for (let i = 0; i < runs.count; i++)
    if (runs.parent[i] === i && (best < 0 || runs.pixels[i]! > runs.pixels[best]!)) best = i
  return best < 0 ? null : { x: runs.first[best]!, y: runs.row[best]! }
}

/** Joins the runs above..here - 1 of one row with those from `here` on of the next, where they touch. */
function joinRows(runs: Runs, above: number, here: number): void {
  const { first, last } = runs
  let i = above
  let j = here
  while (i < here && j < runs.count) {
    // A diagonal neighbour touches, so runs one pixel apart are joined.
    if (last[i]! + 1 >= first[j]! && last[j]! + 1 >= first[i]!) runs.join(i, j)
    if (last[i]! < last[j]!) i++
    else j++
  }
}

class Runs {
  readonly row: number[] = []
  readonly first: number[] = []
  readonly last: number[] = []
  readonly parent: number[] = []
  /** Of the whole component, at its root. */
  readonly pixels: number[] = []

  get count(): number {
    return this.row.length
  }

  add(row: number, first: number, last: number): void {
    this.parent.push(this.count)
    this.row.push(row)
    this.first.push(first)
    this.last.push(last)
    this.pixels.push(last - first + 1)
  }

  join(a: number, b: number): void {
    const rootA = this.root(a)
    const rootB = this.root(b)
    if (rootA === rootB) return
    const kept = Math.min(rootA, rootB)
    const gone = Math.max(rootA, rootB)
    this.parent[gone] = kept
    this.pixels[kept]! += this.pixels[gone]!
  }

  private root(i: number): number {
    while (this.parent[i] !== i) {
      this.parent[i] = this.parent[this.parent[i]!]!
      i = this.parent[i]!
    }
    return i
  }
}
