// Animals, plants and what has their outline. Alike on purpose: drop, leaf, heart and fish are a round
// body that ends in a point; a mushroom's cap is an umbrella's.

import { DETAIL, isInBox, isInDisc, isInPolygon, type Part, when } from '../shape.ts'

/** The two lines from the tip that touch the drop's disc. */
const DROP_TIP = [0, -1.05, 0.555, 0.11, -0.555, 0.11]
const FISH_TAIL = [0.38, 0, 1, -0.56, 0.86, 0, 1, 0.56]

export function drawButterfly(x: number, y: number): Part {
  if (isInDisc(x / 0.13, y / 0.72, 1)) return DETAIL
  const side = Math.abs(x)
  return when(isInDisc(side - 0.54, y + 0.38, 0.44) || isInDisc(side - 0.44, y - 0.42, 0.37))
}

export function drawDrop(x: number, y: number): Part {
  return when(isInDisc(x, y - 0.38, 0.62) || isInPolygon(DROP_TIP, x, y))
}

export function drawFish(x: number, y: number): Part {
  if (isInDisc(x + 0.6, y + 0.12, 0.13)) return DETAIL
  return when(isInDisc((x + 0.22) / 0.78, y / 0.5, 1) || isInPolygon(FISH_TAIL, x, y))
}

/** (x^2 + y^2 - 1)^3 < x^2 y^3, stretched to fill the disc. */
export function drawHeart(x: number, y: number): Part {
  const [u, v] = [x * 1.22, 0.12 - y * 1.22]
  const bulge = u * u + v * v - 1
  return when(bulge * bulge * bulge < u * u * v * v * v)
}

/** What two discs share, with a vein. */
export function drawLeaf(x: number, y: number): Part {
  if (isInBox(x, y - 0.3, 0.06, 0.8)) return DETAIL
  return when(isInDisc(x - 0.65, y, 1.19) && isInDisc(x + 0.65, y, 1.19))
}

export function drawMushroom(x: number, y: number): Part {
  if (isInDisc(x + 0.42, y + 0.3, 0.17) || isInDisc(x - 0.28, y + 0.5, 0.2)) return DETAIL
  return when((isInDisc(x, y - 0.02, 1) && y < 0.08) || isInBox(x, y - 0.5, 0.27, 0.46))
}
