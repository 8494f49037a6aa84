// Shape of the main object (paper, Table 2: area by perimeter, aspect ratio). The object is the largest
// component above Otsu's threshold. Its outer border is walked pixel by pixel (Moore neighbours, clockwise);
// the area is that of the polygon through the border's pixel centres, so holes count as inside, and the
// perimeter is the polygon's length. A line or a single pixel encloses nothing: area by perimeter 0.

import { largestComponent } from './largest-component.ts'
import { type LumaImage, lumaHistogram } from './luma.ts'
import { otsuThreshold } from './otsu.ts'

/** The eight neighbours, clockwise from the right with y downwards; odd ones are diagonal. */
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const
const STEP_Y = [0, 1, 1, 1, 0, -1, -1, -1] as const

export interface ObjectShape {
  areaByPerimeter: number
  /** Width / height of the bounding box. */
  aspectRatio: number
}

/** Both 0 where nothing is above the threshold. */
export function mainObject(image: LumaImage, histogram = lumaHistogram(image)): ObjectShape {
  const threshold = otsuThreshold(histogram)
  const start = largestComponent(image, threshold)
  if (start === null) return { areaByPerimeter: 0, aspectRatio: 0 }
  const border = walkBorder(image, threshold, start)
  return {
    areaByPerimeter: border.perimeter === 0 ? 0 : border.area / border.perimeter,
    aspectRatio: border.width / border.height,
  }
}

/** `start` must be the component's first pixel in raster order: then nothing lies before or above it. */
function walkBorder(image: LumaImage, threshold: number, start: { x: number; y: number }) {
  let { x, y } = start
  let [left, right, bottom] = [x, x, y]
  let perimeter = 0
  let twiceArea = 0
  let firstStep = -1
  let step = nextStep(image, threshold, { x, y, from: 7 })
  while (step >= 0) {
    // Jacob's criterion: the walk is closed when it leaves the first pixel as it did at first.
    if (x === start.x && y === start.y) {
      if (step === firstStep) break
      if (firstStep < 0) firstStep = step
    }
    const nextX = x + STEP_X[step]!
    const nextY = y + STEP_Y[step]!
    perimeter += step % 2 === 1 ? Math.SQRT2 : 1
    twiceArea += x * nextY - nextX * y
    x = nextX
    y = nextY
    left = Math.min(left, x)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
    // Search on from the neighbour that was background when this pixel was found: clockwise, none is missed.
    step = nextStep(image, threshold, { x, y, from: step + (step % 2 === 1 ? 6 : 7) })
  }
  return {
    area: Math.abs(twiceArea) / 2,
    perimeter,
    width: right - left + 1,
    height: bottom - start.y + 1,
  }
}

/** The first foreground neighbour, clockwise from direction `from`; -1 for a lone pixel. */
function nextStep(
  { y: luma, width, height }: LumaImage,
  threshold: number,
  at: { x: number; y: number; from: number },
): number {
  for (let turn = 0; turn < 8; turn++) {
    const step = (at.from + turn) % 8
    const x = at.x + STEP_X[step]!
    const y = at.y + STEP_Y[step]!
    if (x < 0 || y < 0 || x >= width || y >= height) continue
    if (luma[y * width + x]! > threshold) return step
  }
  return -1
}
