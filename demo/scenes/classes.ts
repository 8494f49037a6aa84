// The objects a scene may show, one small drawing function each; the order is the label. To add a
// class, append a row: earlier labels stay what they were (models must be trained anew). Some are
// alike on purpose (gear, flower and ring; house and arrow; drop and heart): from afar, only a model
// that sees enough pixels tells them apart. Colour never belongs to a class.

import { BODY, DETAIL, isInBox, isInDisc, isInPolygon, NOTHING, type Part, type Shape } from './shape.ts'

const OBJECTS: readonly (readonly [name: string, draw: Shape])[] = [
  ['arrow', (x, y) => when(isInPolygon(ARROW, x, y))],
  ['crescent', (x, y) => when(isInDisc(x, y, 1) && !isInDisc(x - 0.45, y, 0.78))],
  ['cross', (x, y) => when(isInBox(x, y, 0.3, 0.98) || isInBox(x, y, 0.98, 0.3))],
  ['drop', (x, y) => when(isInDisc(x, y - 0.38, 0.62) || isInPolygon(DROP_TIP, x, y))],
  ['fish', drawFish],
  ['flower', drawFlower],
  ['gear', drawGear],
  ['heart', drawHeart],
  ['house', drawHouse],
  ['mug', drawMug],
  ['ring', (x, y) => when(isInDisc(x, y, 0.96) && !isInDisc(x, y, 0.52))],
  ['star', (x, y) => when(isInPolygon(STAR, x, y))],
]

/** Class names; a scene's label is an index into them. */
export const SCENE_CLASSES: readonly string[] = OBJECTS.map(([name]) => name)

export function shapeOf(label: number): Shape {
  const object = OBJECTS[label]
  if (!object) throw new RangeError(`Cannot draw class ${label}: expected 0 to ${OBJECTS.length - 1}`)
  return object[1]
}

const ARROW = [0, -1, 0.78, -0.12, 0.3, -0.12, 0.3, 0.95, -0.3, 0.95, -0.3, -0.12, -0.78, -0.12]
/** The two lines from the tip that touch the drop's disc. */
const DROP_TIP = [0, -1.05, 0.555, 0.11, -0.555, 0.11]
const FISH_TAIL = [0.38, 0, 1, -0.56, 0.86, 0, 1, 0.56]
const ROOF = [0, -1, 0.95, -0.16, -0.95, -0.16]
// biome-ignore lint/suspicious/noApproximativeNumericConstant: any value near will do, but for good
const COS_45 = 0.70711
// Five points on the unit circle, five on radius 0.42, from the top, clockwise.
// biome-ignore format: a pair of rows an arm
const STAR = [
  0, -1, 0.2469, -0.3398, 0.9511, -0.309, 0.3994, 0.1298, 0.5878, 0.809,
  0, 0.42, -0.5878, 0.809, -0.3994, 0.1298, -0.9511, -0.309, -0.2469, -0.3398,
]

function when(isInside: boolean): Part {
  return isInside ? BODY : NOTHING
}

function drawFish(x: number, y: number): Part {
  if (isInDisc(x + 0.6, y + 0.12, 0.13)) return DETAIL
  return when(isInDisc((x + 0.22) / 0.78, y / 0.5, 1) || isInPolygon(FISH_TAIL, x, y))
}

/** Six petals: one on each side of the y axis, the rest by folding the plane onto a sixth. */
function drawFlower(x: number, y: number): Part {
  if (isInDisc(x, y, 0.27)) return DETAIL
  const [px, py] = [Math.abs(x), Math.abs(y)]
  return when(isInDisc(px - 0.64, py, 0.35) || isInDisc(px - 0.32, py - 0.5543, 0.35))
}

/** Eight teeth: fold the plane onto an eighth, then onto the half of a tooth. */
function drawGear(x: number, y: number): Part {
  if (isInDisc(x, y, 0.3)) return NOTHING
  if (isInDisc(x, y, 0.72)) return BODY
  const [px, py] = [Math.abs(x), Math.abs(y)]
  const [long, short] = px > py ? [px, py] : [py, px]
  const [alongDiagonal, acrossDiagonal] = [(long + short) * COS_45, (long - short) * COS_45]
  return when((short < 0.16 && long < 1) || (acrossDiagonal < 0.16 && alongDiagonal < 1))
}

/** (x^2 + y^2 - 1)^3 < x^2 y^3, stretched to fill the disc. */
function drawHeart(x: number, y: number): Part {
  const [u, v] = [x * 1.22, 0.12 - y * 1.22]
  const bulge = u * u + v * v - 1
  return when(bulge * bulge * bulge < u * u * v * v * v)
}

function drawHouse(x: number, y: number): Part {
  if (isInBox(x, y - 0.52, 0.18, 0.36)) return DETAIL
  return when(isInBox(x, y - 0.36, 0.68, 0.52) || isInPolygon(ROOF, x, y))
}

function drawMug(x: number, y: number): Part {
  if (isInBox(x + 0.2, y + 0.4, 0.58, 0.14)) return DETAIL
  if (isInBox(x + 0.2, y, 0.58, 0.78)) return BODY
  return when(x > 0.38 && isInDisc(x - 0.4, y, 0.54) && !isInDisc(x - 0.4, y, 0.3))
}
