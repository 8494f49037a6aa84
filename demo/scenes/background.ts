// The ground behind the object: one colour with a gentle slope of light, and, as clutter grows, a
// texture over it (blotches on a lattice, or stripes). Texture adds keypoints and short edges, which is
// how a router's features notice a busy scene.

import { type Canvas, SIDE_PX } from './canvas.ts'
import type { Colour } from './colour.ts'
import type { Random } from './random.ts'

/** Texture at most this far from the ground's own brightness. */
const TEXTURE_DEPTH = 44
/** Light at most this far from even, corner to corner. */
const SLOPE_DEPTH = 28
/** Blotches' lattice: 16 cells a side are 8 px each. */
const LATTICE_COUNT = 18

export function paintBackground(canvas: Canvas, random: Random, colour: Colour, clutter: number): void {
  const [slopeX, slopeY] = [random.between(-1, 1) * SLOPE_DEPTH, random.between(-1, 1) * SLOPE_DEPTH]
  const depth = clutter * random.between(0.4, 1) * TEXTURE_DEPTH
  const texture = random.unit() < 0.6 ? drawBlotches(random) : drawStripes(random)
  for (let row = 0; row < SIDE_PX; row++) {
    for (let column = 0; column < SIDE_PX; column++) {
      const slope = slopeX * (column / SIDE_PX - 0.5) + slopeY * (row / SIDE_PX - 0.5)
      const level = slope + depth * texture(column, row)
      const at = (row * SIDE_PX + column) * 3
      for (let channel = 0; channel < 3; channel++) canvas[at + channel] = colour[channel]! + level
    }
  }
}

/** From a pixel to -1..1. */
type Texture = (column: number, row: number) => number

/** Random values on a lattice, smoothed between: soft patches of 6 to 12 px. */
function drawBlotches(random: Random): Texture {
  const pitchPx = random.between(7.2, 14)
  const lattice = Float32Array.from({ length: (LATTICE_COUNT + 2) ** 2 }, () => random.between(-1, 1))
  const stride = LATTICE_COUNT + 2
  return (column, row) => {
    const [u, v] = [column / pitchPx, row / pitchPx]
    const [cellX, cellY] = [Math.floor(u), Math.floor(v)]
    const [fx, fy] = [smooth(u - cellX), smooth(v - cellY)]
    const at = cellY * stride + cellX
    const upper = lattice[at]! + (lattice[at + 1]! - lattice[at]!) * fx
    const lower = lattice[at + stride]! + (lattice[at + stride + 1]! - lattice[at + stride]!) * fx
    return upper + (lower - upper) * fy
  }
}

/** Triangle waves across a random direction, 8 to 24 px apart. */
function drawStripes(random: Random): Texture {
  const pitchPx = random.between(8, 24)
  const [stepX, stepY] = [random.between(-1, 1), random.between(0.3, 1)]
  const phase = random.unit()
  return (column, row) => {
    const turns = (column * stepX + row * stepY) / pitchPx + phase
    return 4 * Math.abs(turns - Math.floor(turns) - 0.5) - 1
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}
