// Things from a house. Alike on purpose: mug and padlock are a box with a bow on another side, bottle
// and key are upright and thin, and an hourglass is a butterfly without wings' curves.

import { BODY, DETAIL, isInBox, isInDisc, isInPolygon, NOTHING, type Part, when } from '../shape.ts'

const SHOULDERS = [-0.17, -0.62, 0.17, -0.62, 0.44, -0.26, -0.44, -0.26]

export function drawBottle(x: number, y: number): Part {
  if (isInBox(x, y - 0.36, 0.44, 0.22)) return DETAIL
  if (isInBox(x, y - 0.36, 0.44, 0.63) || isInBox(x, y + 0.78, 0.17, 0.24)) return BODY
  return when(isInPolygon(SHOULDERS, x, y))
}

export function drawHourglass(x: number, y: number): Part {
  const side = Math.abs(x)
  const end = Math.abs(y)
  if (end > 0.66) return end < 0.86 && side < 0.66 ? DETAIL : NOTHING
  return when(side < 0.07 + 0.8 * end)
}

export function drawKey(x: number, y: number): Part {
  if (isInDisc(x, y + 0.56, 0.46)) return when(!isInDisc(x, y + 0.56, 0.21))
  const isTooth = isInBox(x - 0.28, y - 0.84, 0.2, 0.1) || isInBox(x - 0.24, y - 0.5, 0.16, 0.1)
  return when(isTooth || isInBox(x, y - 0.44, 0.12, 0.58))
}

export function drawMug(x: number, y: number): Part {
  if (isInBox(x + 0.2, y + 0.4, 0.58, 0.14)) return DETAIL
  if (isInBox(x + 0.2, y, 0.58, 0.78)) return BODY
  return when(x > 0.38 && isInDisc(x - 0.4, y, 0.54) && !isInDisc(x - 0.4, y, 0.3))
}

export function drawPadlock(x: number, y: number): Part {
  if (isInDisc(x, y - 0.3, 0.17) || isInBox(x, y - 0.5, 0.07, 0.2)) return DETAIL
  if (isInBox(x, y - 0.38, 0.62, 0.5)) return BODY
  const side = Math.abs(x)
  if (y > -0.42) return when(y < 0 && side > 0.3 && side < 0.52)
  return when(isInDisc(x, y + 0.42, 0.52) && !isInDisc(x, y + 0.42, 0.3))
}

/** A canopy with a scalloped rim, a pole, a hook to the right. */
export function drawUmbrella(x: number, y: number): Part {
  const isScallop = isInDisc(Math.abs(x) - 0.66, y - 0.06, 0.33) || isInDisc(x, y - 0.06, 0.33)
  if (isInDisc(x, y, 1) && y < 0 && !isScallop) return BODY
  if (isInBox(x, y - 0.3, 0.08, 0.5)) return DETAIL
  const isHook = y > 0.74 && isInDisc(x - 0.19, y - 0.74, 0.27) && !isInDisc(x - 0.19, y - 0.74, 0.11)
  return isHook ? DETAIL : NOTHING
}
