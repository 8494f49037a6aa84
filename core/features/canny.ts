// Edge pixels by Canny (1986) on luma, as OpenCV computes them: Sobel 3x3 with a replicated border, L1
// magnitude, non-maximum suppression in four directions, hysteresis between 50 and 100. The gradients stay
// with the result, because segments are grown along them. All planes carry a border of one pixel, so that no
// neighbour needs a bounds test.

import type { LumaImage } from './luma.ts'

const LOW = 50
const HIGH = 100
/** tan(22.5 degrees) in 15-bit fixed point: the border between an axis and a diagonal direction. */
const TAN_22 = 13573

const WEAK = 1
export const EDGE = 2

/** Planes of (width + 2) x (height + 2); pixel (x, y) is at (y + 1) * stride + x + 1. */
export interface EdgeMap {
  width: number
  height: number
  stride: number
  /** `EDGE` on edges; other values are no edges. */
  mark: Uint8Array
  dx: Int16Array
  dy: Int16Array
}

export function findEdges(image: LumaImage): EdgeMap {
  const { width, height } = image
  const size = (width + 2) * (height + 2)
  const map: EdgeMap = {
    width,
    height,
    stride: width + 2,
    mark: new Uint8Array(size),
    dx: new Int16Array(size),
    dy: new Int16Array(size),
  }
  const magnitude = sobel(image, map)
  growStrongEdges(map, suppressNonMaxima(map, magnitude))
  return map
}

/** Fills dx and dy; returns |dx| + |dy|. Column sums slide along the row, so each pixel is read three times. */
function sobel({ y, width, height }: LumaImage, { stride, dx, dy }: EdgeMap): Uint16Array {
  const magnitude = new Uint16Array(dx.length)
  for (let row = 0; row < height; row++) {
    const above = Math.max(row - 1, 0) * width
    const here = row * width
    const below = Math.min(row + 1, height - 1) * width
    let smooth0 = y[above]! + 2 * y[here]! + y[below]!
    let smooth1 = smooth0
    let slope0 = y[below]! - y[above]!
    let slope1 = slope0
    let at = (row + 1) * stride + 1
    for (let x = 0; x < width; x++, at++) {
      const next = x + 1 < width ? x + 1 : x
      const smooth2 = y[above + next]! + 2 * y[here + next]! + y[below + next]!
      const slope2 = y[below + next]! - y[above + next]!
      const gx = smooth2 - smooth0
      const gy = slope0 + 2 * slope1 + slope2
      dx[at] = gx
      dy[at] = gy
      magnitude[at] = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy)
      smooth0 = smooth1
      smooth1 = smooth2
      slope0 = slope1
      slope1 = slope2
    }
  }
  return magnitude
}

/** Marks ridge pixels as weak or as edge; returns the latter, from which the others may be reached. */
function suppressNonMaxima(map: EdgeMap, magnitude: Uint16Array): number[] {
  const { width, height, stride, mark } = map
  const strong: number[] = []
  for (let row = 1; row <= height; row++) {
    const start = row * stride + 1
    for (let at = start; at < start + width; at++) {
      const m = magnitude[at]!
      if (m <= LOW || !isRidge(map, magnitude, at)) continue
      mark[at] = m > HIGH ? EDGE : WEAK
      if (m > HIGH) strong.push(at)
    }
  }
  return strong
}

/** A plateau's first pixel wins on the axes; on diagonals, as in OpenCV, none does. */
function isRidge({ stride, dx, dy }: EdgeMap, magnitude: Uint16Array, at: number): boolean {
  const m = magnitude[at]!
  const gx = dx[at]!
  const gy = dy[at]!
  const ax = gx < 0 ? -gx : gx
  const ay = (gy < 0 ? -gy : gy) * 32768
  const border = ax * TAN_22
  if (ay < border) return m > magnitude[at - 1]! && m >= magnitude[at + 1]!
  if (ay > border + ax * 65536) return m > magnitude[at - stride]! && m >= magnitude[at + stride]!
  const side = (gx ^ gy) < 0 ? -1 : 1
  return m > magnitude[at - stride - side]! && m > magnitude[at + stride + side]!
}

/** Hysteresis: a weak pixel is an edge where a strong one reaches it through weak ones. */
function growStrongEdges({ stride, mark }: EdgeMap, stack: number[]): void {
  while (stack.length > 0) {
    const at = stack.pop()!
    for (let row = at - stride; row <= at + stride; row += stride) {
      for (let near = row - 1; near <= row + 1; near++) {
        if (mark[near] !== WEAK) continue
        mark[near] = EDGE
        stack.push(near)
      }
    }
  }
}
