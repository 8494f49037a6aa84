// Things that are no class: ovals, bars, wedges, checkered patches and zigzags lie behind the object
// (clutter) or across it (occlusion). They share its range of sizes and colours, so that neither gives
// the label away, and none of them is a miniature of a class.

import { type Canvas, drawTurn, type Pose, paint, SIDE_PX } from './canvas.ts'
import { drawColour, shade } from './colour.ts'
import type { Random } from './random.ts'
import { BODY, DETAIL, isInBox, isInDisc, isInPolygon, NOTHING, type Shape } from './shape.ts'

/** Full clutter: enough to touch most of the scene, few enough to leave the object readable. */
const CLUTTER_MOST = 16
/** Widest bar across the object, in parts of its radius. */
const COVER_MOST = 0.62

const WEDGE = [-0.9, 0.5, 0.1, -0.6, 0.95, 0.2]
const ZIGZAG = [
  -1, 0.2, -0.5, -0.4, 0, 0.2, 0.5, -0.4, 1, 0.2, 1, 0.45, 0.5, -0.1, 0, 0.5, -0.5, -0.1, -1, 0.5,
]

const DISTRACTORS: readonly Shape[] = [
  (x, y) => (isInDisc(x, y / 0.62, 1) ? BODY : NOTHING),
  (x, y) => (isInBox(x, y, 1, 0.16) ? BODY : NOTHING),
  (x, y) => (isInPolygon(WEDGE, x, y) ? BODY : NOTHING),
  (x, y) => (isInPolygon(ZIGZAG, x, y) ? BODY : NOTHING),
  (x, y) => {
    if (!isInBox(x, y, 0.75, 0.75)) return NOTHING
    return ((Math.floor(x * 2) + Math.floor(y * 2)) & 1) === 0 ? BODY : DETAIL
  },
]

/** Paints the clutter behind the object. `luma` is the ground's, `contrast` how far things stand off. */
export function paintClutter(
  canvas: Canvas,
  random: Random,
  clutter: number,
  tone: { luma: number; contrast: number },
): void {
  const count = Math.floor(clutter * CLUTTER_MOST + random.unit() * 0.9)
  for (let i = 0; i < count; i++) {
    const radius = random.between(5, 20)
    const pose = {
      x: random.between(0, SIDE_PX),
      y: random.between(0, SIDE_PX),
      radiusX: radius,
      radiusY: radius,
      ...drawTurn(random, 1),
    }
    const side = random.unit() < 0.5 ? -1 : 1
    const body = drawColour(random, tone.luma + side * tone.contrast * random.between(0.3, 1), 90)
    const shape = DISTRACTORS[random.below(DISTRACTORS.length)]!
    paint(canvas, shape, pose, { body, detail: shade(body, 0.6) })
  }
}

/** Lays one or two bars across the object, wider as `occlusion` grows. */
export function paintOcclusion(
  canvas: Canvas,
  random: Random,
  occlusion: number,
  object: { pose: Pose; luma: number },
): void {
  if (occlusion < 0.1) return
  const radius = Math.abs(object.pose.radiusY)
  const count = 1 + random.below(2)
  for (let i = 0; i < count; i++) {
    const pose = {
      x: object.pose.x + random.between(-0.6, 0.6) * radius,
      y: object.pose.y + random.between(-0.6, 0.6) * radius,
      radiusX: radius * random.between(0.7, 1.6),
      // A bar is 0.16 high either way of its axis.
      radiusY: ((radius * occlusion * COVER_MOST) / count / 0.32) * random.between(0.6, 1),
      ...drawTurn(random, 1),
    }
    const body = drawColour(random, object.luma, 90)
    paint(canvas, DISTRACTORS[1]!, pose, { body, detail: body })
  }
}
