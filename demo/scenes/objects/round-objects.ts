// Objects about their own middle: wheels, blossoms and heavenly bodies. Alike on purpose: ring, nut and
// gear are a disc with a hole and differ in their rim, flower, sun and star in their arms.

import { BODY, DETAIL, isInDisc, isInPolygon, NOTHING, type Part, when } from '../shape.ts'

// biome-ignore lint/suspicious/noApproximativeNumericConstant: any value near will do, but for good
const COS_45 = 0.70711
const COS_30 = 0.866
// Five points on the unit circle, five on radius 0.42, from the top, clockwise.
// biome-ignore format: a pair of rows an arm
const STAR = [
  0, -1, 0.2469, -0.3398, 0.9511, -0.309, 0.3994, 0.1298, 0.5878, 0.809,
  0, 0.42, -0.5878, 0.809, -0.3994, 0.1298, -0.9511, -0.309, -0.2469, -0.3398,
]

export function drawCrescent(x: number, y: number): Part {
  return when(isInDisc(x, y, 1) && !isInDisc(x - 0.45, y, 0.78))
}

/** Six petals: one on each side of the y axis, the rest by folding the plane onto a sixth. */
export function drawFlower(x: number, y: number): Part {
  if (isInDisc(x, y, 0.27)) return DETAIL
  const [px, py] = [Math.abs(x), Math.abs(y)]
  return when(isInDisc(px - 0.64, py, 0.35) || isInDisc(px - 0.32, py - 0.5543, 0.35))
}

/** Eight teeth. */
export function drawGear(x: number, y: number): Part {
  if (isInDisc(x, y, 0.3)) return NOTHING
  if (isInDisc(x, y, 0.72)) return BODY
  const { along, across } = foldToEighth(x, y)
  return when(across < 0.16 && along < 1)
}

/** A hexagon with a hole. */
export function drawNut(x: number, y: number): Part {
  const [px, py] = [Math.abs(x), Math.abs(y)]
  return when(py < 0.83 && COS_30 * px + 0.5 * py < 0.83 && !isInDisc(x, y, 0.42))
}

export function drawRing(x: number, y: number): Part {
  return when(isInDisc(x, y, 0.96) && !isInDisc(x, y, 0.52))
}

export function drawStar(x: number, y: number): Part {
  return when(isInPolygon(STAR, x, y))
}

/** A disc and eight pointed rays apart from it. */
export function drawSun(x: number, y: number): Part {
  if (isInDisc(x, y, 0.5)) return BODY
  const { along, across } = foldToEighth(x, y)
  return when(along > 0.6 && across < 0.5 * (1.04 - along))
}

/** The plane folded onto one of eight arms: how far out along it, and how far off it. */
function foldToEighth(x: number, y: number): { along: number; across: number } {
  const [px, py] = [Math.abs(x), Math.abs(y)]
  const [long, short] = px > py ? [px, py] : [py, px]
  const [alongDiagonal, acrossDiagonal] = [(long + short) * COS_45, (long - short) * COS_45]
  return acrossDiagonal < short
    ? { along: alongDiagonal, across: acrossDiagonal }
    : { along: long, across: short }
}
