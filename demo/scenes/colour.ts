// Colours by what a router may see of them: a brightness (luma, BT.601) and a tint about it. Tints
// come from a piecewise linear hue circle, so no trigonometry. Brightness and tint are drawn apart
// from the class, or colour would give the label away.

import type { Random } from './random.ts'

/** Red, green, blue, 0..255. */
export type Colour = readonly [number, number, number]

/** A colour of the given luma, tinted to a random hue by `strength` (0 is grey), kept within 0..255. */
export function drawColour(random: Random, luma: number, strength: number): Colour {
  const hue = random.unit() * 6
  const tint = [hueChannel(hue), hueChannel(hue + 4), hueChannel(hue + 2)] as const
  const tintLuma = lumaOf(tint)
  const [r, g, b] = tint.map((value) => clampByte(luma + strength * (value - tintLuma)))
  return [r!, g!, b!]
}

export function lumaOf([r, g, b]: Colour): number {
  return 0.299 * r + 0.587 * g + 0.114 * b
}

export function shade([r, g, b]: Colour, factor: number): Colour {
  return [clampByte(r * factor), clampByte(g * factor), clampByte(b * factor)]
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, value))
}

/** The red of a saturated colour, 0..1, as the hue goes once around in six steps from red. */
function hueChannel(hue: number): number {
  const turn = hue >= 6 ? hue - 6 : hue
  return Math.min(1, Math.max(0, Math.abs(turn - 3) - 1))
}
