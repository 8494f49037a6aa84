// Objects that point upwards. Alike on purpose: house, arrow, tree and sailboat are triangles over
// something narrower or wider, and the cross is an arrow without its head.

import { BODY, DETAIL, isInBox, isInPolygon, NOTHING, type Part, when } from '../shape.ts'

const ARROW = [0, -1, 0.78, -0.12, 0.3, -0.12, 0.3, 0.95, -0.3, 0.95, -0.3, -0.12, -0.78, -0.12]
const ROOF = [0, -1, 0.95, -0.16, -0.95, -0.16]
const HULL = [-0.9, 0.42, 0.9, 0.42, 0.5, 0.9, -0.5, 0.9]
const SAIL = [0.08, -1, 0.8, 0.3, 0.08, 0.3]
const JIB = [-0.08, -0.7, -0.08, 0.3, -0.62, 0.3]
const TIERS = [
  [0, -1.02, 0.5, -0.36, -0.5, -0.36],
  [0, -0.66, 0.66, 0.14, -0.66, 0.14],
  [0, -0.2, 0.82, 0.64, -0.82, 0.64],
]

export function drawArrow(x: number, y: number): Part {
  return when(isInPolygon(ARROW, x, y))
}

export function drawCross(x: number, y: number): Part {
  return when(isInBox(x, y, 0.3, 0.98) || isInBox(x, y, 0.98, 0.3))
}

export function drawHouse(x: number, y: number): Part {
  if (isInBox(x, y - 0.52, 0.18, 0.36)) return DETAIL
  return when(isInBox(x, y - 0.36, 0.68, 0.52) || isInPolygon(ROOF, x, y))
}

export function drawSailboat(x: number, y: number): Part {
  if (isInPolygon(HULL, x, y) || isInBox(x, y + 0.3, 0.05, 0.72)) return BODY
  return isInPolygon(SAIL, x, y) || isInPolygon(JIB, x, y) ? DETAIL : NOTHING
}

export function drawTree(x: number, y: number): Part {
  if (TIERS.some((tier) => isInPolygon(tier, x, y))) return BODY
  return isInBox(x, y - 0.82, 0.16, 0.2) ? DETAIL : NOTHING
}
