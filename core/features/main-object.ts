// Shape of the main object (paper, Table 2: area by perimeter, aspect ratio). The object is the largest
// component above Otsu's threshold. Its outer border is walked pixel by pixel (Moore neighbours, clockwise);
// the area is that of the polygon through the border's pixel centres, so holes count as inside, and the
// perimeter is the polygon's length. A line or a single pixel encloses nothing: area by perimeter 0.

import { largestComponent } from './largest-component.ts'
import type { LumaPlane } from './luma.ts'
import { otsuThreshold } from './otsu.ts'

/** The eight neighbours, clockwise from the right with y downwards; odd ones are diagonal. */
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const
const STEP_Y = [0, 1, 1, 1, 0, -1, -1, -1] as const

export interface ObjectShape {
  areaByPerimeter: number
  /** Width / height of the bounding box. */
  aspectRatio: number
}

/** Around an object; all in pixels. */
export interface Border {
  area: number
  perimeter: number
  /** Of the bounding box. */
  width: number
  height: number
}

export function mainObject(luma: LumaPlane): ObjectShape {
  const start = largestComponent(luma, otsuThreshold(luma.histogram))
  return shapeOf(start < 0 ? undefined : walkBorder(luma, start))
}

/** Both 0 where nothing is above the threshold. */
export function shapeOf(border: Border | undefined): ObjectShape {
  if (border === undefined) return { areaByPerimeter: 0, aspectRatio: 0 }
  return {
    areaByPerimeter: border.perimeter === 0 ? 0 : border.area / border.perimeter,
    aspectRatio: border.width / border.height,
  }
}

/** `start` must be the component's first pixel in raster order: then nothing lies before or above it. */
function walkBorder({ stride, scratch: { mark } }: LumaPlane, start: number): Border {
  const steps = Int32Array.from(STEP_X, (x, i) => STEP_Y[i]! * stride + x)
  // Relative to the start.
  let [at, x, y] = [start, 0, 0]
  let [left, right, bottom] = [0, 0, 0]
  let perimeter = 0
  let twiceArea = 0
  let firstStep = -1
  let step = nextStep(mark, steps, at, 7)
  while (step >= 0) {
    // Jacob's criterion: the walk is closed when it leaves the first pixel as it did at first.
    if (at === start) {
      if (step === firstStep) break
      if (firstStep < 0) firstStep = step
    }
    const nextX = x + STEP_X[step]!
    const nextY = y + STEP_Y[step]!
    perimeter += (step & 1) === 1 ? Math.SQRT2 : 1
    twiceArea += x * nextY - nextX * y
    at += steps[step]!
    x = nextX
    y = nextY
    if (x < left) left = x
    if (x > right) right = x
    if (y > bottom) bottom = y
    // Search on from the neighbour that was background when this pixel was found: clockwise, none is missed.
    step = nextStep(mark, steps, at, step + ((step & 1) === 1 ? 6 : 7))
  }
  return { area: Math.abs(twiceArea) / 2, perimeter, width: right - left + 1, height: bottom + 1 }
}

/** The first foreground neighbour, clockwise from direction `from`; -1 for a lone pixel. */
function nextStep(mark: Uint8Array, steps: Int32Array, at: number, from: number): number {
  for (let turn = from; turn < from + 8; turn++) if (mark[at + steps[turn & 7]!] === 1) return turn & 7
  return -1
}
