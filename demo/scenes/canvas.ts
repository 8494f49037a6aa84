// A 128 x 128 canvas of linear red, green, blue values and the one drawing operation: put a shape at a
// pose, each pixel covered by as many of its four samples as lie in the shape.

import type { Colour } from './colour.ts'
import type { Random } from './random.ts'
import { BODY, DETAIL, type Shape } from './shape.ts'

export const SIDE_PX = 128

/** Row by row, three values a pixel, 0..255 and beyond until the scene is finished. */
export type Canvas = Float32Array

export type Pose = {
  x: number
  y: number
  radiusX: number
  radiusY: number
  cos: number
  sin: number
}

/** No shape reaches farther from its origin than this. */
const REACH = 1.1
const SAMPLES = [0.25, 0.75] as const

export function newCanvas(): Canvas {
  return new Float32Array(SIDE_PX * SIDE_PX * 3)
}

/** A turn within `most` (1 is a quarter turn) either way: tan of the half angle gives both, rationally. */
export function drawTurn(random: Random, most: number): { cos: number; sin: number } {
  const t = random.between(-most, most)
  return { cos: (1 - t * t) / (1 + t * t), sin: (2 * t) / (1 + t * t) }
}

export function paint(
  canvas: Canvas,
  shape: Shape,
  pose: Pose,
  colours: { body: Colour; detail: Colour },
): void {
  const reach = REACH * Math.max(Math.abs(pose.radiusX), Math.abs(pose.radiusY))
  const [left, right] = [firstPixel(pose.x - reach), lastPixel(pose.x + reach)]
  const [top, bottom] = [firstPixel(pose.y - reach), lastPixel(pose.y + reach)]
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      let [body, detail] = [0, 0]
      for (const stepY of SAMPLES) {
        for (const stepX of SAMPLES) {
          const dx = column + stepX - pose.x
          const dy = row + stepY - pose.y
          const x = (dx * pose.cos + dy * pose.sin) / pose.radiusX
          const y = (dy * pose.cos - dx * pose.sin) / pose.radiusY
          const part = shape(x, y)
          if (part === BODY) body++
          else if (part === DETAIL) detail++
        }
      }
      if (body + detail > 0) blend(canvas, (row * SIDE_PX + column) * 3, body / 4, detail / 4, colours)
    }
  }
}

function blend(
  canvas: Canvas,
  at: number,
  body: number,
  detail: number,
  colours: { body: Colour; detail: Colour },
): void {
  for (let channel = 0; channel < 3; channel++) {
    canvas[at + channel] =
      canvas[at + channel]! * (1 - body - detail) +
      colours.body[channel]! * body +
      colours.detail[channel]! * detail
  }
}

function firstPixel(position: number): number {
  return Math.max(0, Math.floor(position))
}

function lastPixel(position: number): number {
  return Math.min(SIDE_PX - 1, Math.floor(position))
}
