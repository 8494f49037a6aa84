// The original's segment finder, for comparison only: the progressive probabilistic Hough transform (Matas, Galambos
// and Kittler 2000) as the paper's library calls it, with threshold 10, minimum length 0.01 p and gap 0.1 p, p half
// the image's longer side. Edge pixels are drawn by lot and vote, one a degree, for the lines through them; a line
// with enough votes is followed both ways from the pixel that tipped it, and its pixels vote no more. The
// structure and the 16-bit fixed point are OpenCV's, the lots are the caller's, so counts compare, not segments.

import { randomInteger } from '../../random.ts'
import { MARGIN } from '../scratch.ts'
import { EDGE, type EdgeMap } from './canny.ts'
import { SegmentHistograms } from './segment-histograms.ts'

const VOTES_NEEDED = 10
const LENGTH_PER_P = 0.01
const GAP_PER_P = 0.1
const ANGLES = 180
const ONE = 1 << 16
const COS = Float64Array.from({ length: ANGLES }, (_, i) => Math.cos((i * Math.PI) / ANGLES))
const SIN = Float64Array.from({ length: ANGLES }, (_, i) => Math.sin((i * Math.PI) / ANGLES))
const VOTED_OUT = 4

export interface Point {
  x: number
  y: number
}
export type Segment = readonly [Point, Point]

/** For `extractFeatures(image, names, { segments: byHough(random) })`. */
export function byHough(random: () => number): (map: EdgeMap) => SegmentHistograms {
  return (map) => {
    const histograms = new SegmentHistograms(map)
    for (const segment of houghSegments(map, random)) {
      const [left, right] = segment[0].x <= segment[1].x ? segment : [segment[1], segment[0]]
      histograms.add(right.x - left.x, right.y - left.y)
    }
    return histograms
  }
}

/** In the order in which they were found, both ends included; takes edges off the map. */
export function houghSegments(map: EdgeMap, random: () => number): Segment[] {
  const { stride, scratch, ridges, width, height } = map
  const { mark } = scratch
  const p = Math.max(width, height) / 2
  const gapMax = Math.round(GAP_PER_P * p)
  const votes = new Votes(map)
  const waiting = Array.from(scratch.found.subarray(0, ridges)).filter((at) => mark[at] === EDGE)
  const segments: Segment[] = []
  while (waiting.length > 0) {
    const drawn = randomInteger(random, waiting.length)
    const at = waiting[drawn]!
    waiting[drawn] = waiting[waiting.length - 1]!
    waiting.pop()
    if (mark[at] !== EDGE) continue
    const row = Math.floor(at / stride)
    const pixel = { x: at - row * stride - MARGIN, y: row - 1 }
    const angle = votes.add(pixel)
    if (angle < 0) continue
    const line = new Line(map, pixel, angle)
    const segment = [line.lastEdge(1, gapMax), line.lastEdge(-1, gapMax)] as const
    const [dx, dy] = [segment[0].x - segment[1].x, segment[0].y - segment[1].y]
    const isLong = Math.max(Math.abs(dx), Math.abs(dy)) >= Math.round(LENGTH_PER_P * p)
    // As in OpenCV, a short line's pixels are used up as well, but keep their votes.
    for (const [i, direction] of ([1, -1] as const).entries())
      for (const passed of line.edgesUpTo(direction, segment[i]!)) if (isLong) votes.remove(passed)
    if (isLong) segments.push(segment)
  }
  return segments
}

/** The accumulator: a cell for each angle and whole distance from the origin. */
class Votes {
  private readonly reach: number
  private readonly counts: Int32Array

  constructor({ width, height }: { width: number; height: number }) {
    this.reach = Math.ceil(Math.hypot(width, height)) + 1
    this.counts = new Int32Array(ANGLES * (2 * this.reach + 1))
  }

  /** The angle of the line through this pixel with most votes, if these are enough; else -1. */
  add(pixel: Point): number {
    let [most, best] = [VOTES_NEEDED - 1, -1]
    for (let angle = 0; angle < ANGLES; angle++) {
      const cell = this.cell(pixel, angle)
      const count = this.counts[cell]! + 1
      this.counts[cell] = count
      if (count <= most) continue
      most = count
      best = angle
    }
    return best
  }

  remove(pixel: Point): void {
    for (let angle = 0; angle < ANGLES; angle++) this.counts[this.cell(pixel, angle)]!--
  }

  private cell({ x, y }: Point, angle: number): number {
    const distance = Math.round(x * COS[angle]! + y * SIN[angle]!)
    return angle * (2 * this.reach + 1) + this.reach + distance
  }
}

/** The pixels of the line through `from` whose normal is at `angle` degrees: one a step along its longer axis. */
class Line {
  private readonly map: EdgeMap
  private readonly from: Point
  private readonly stepX: number
  private readonly stepY: number

  constructor(map: EdgeMap, from: Point, angle: number) {
    this.map = map
    this.from = from
    const [a, b] = [-SIN[angle]!, COS[angle]!]
    const longer = Math.max(Math.abs(a), Math.abs(b))
    this.stepX = Math.round((a / longer) * ONE)
    this.stepY = Math.round((b / longer) * ONE)
  }

  /** The farthest edge pixel before a gap of more than `gapMax` pixels or the image's border. */
  lastEdge(direction: 1 | -1, gapMax: number): Point {
    let last = this.from
    let gap = 0
    for (const pixel of this.pixels(direction)) {
      if (this.map.scratch.mark[this.place(pixel)] === EDGE) {
        last = pixel
        gap = 0
      } else if (++gap > gapMax) break
    }
    return last
  }

  /** Edge pixels from the start to `end`, taken off the map as they are given. */
  *edgesUpTo(direction: 1 | -1, end: Point): Generator<Point> {
    const { mark } = this.map.scratch
    for (const pixel of this.pixels(direction)) {
      const at = this.place(pixel)
      if (mark[at] === EDGE) {
        mark[at] = VOTED_OUT
        yield pixel
      }
      if (pixel.x === end.x && pixel.y === end.y) return
    }
  }

  private place({ x, y }: Point): number {
    return (y + 1) * this.map.stride + x + MARGIN
  }

  private *pixels(direction: 1 | -1): Generator<Point> {
    const { width, height } = this.map
    const half = ONE / 2
    for (let step = 0; ; step += direction) {
      const x = this.from.x + Math.floor((step * this.stepX + half) / ONE)
      const y = this.from.y + Math.floor((step * this.stepY + half) / ONE)
      if (x < 0 || y < 0 || x >= width || y >= height) return
      yield { x, y }
    }
  }
}
