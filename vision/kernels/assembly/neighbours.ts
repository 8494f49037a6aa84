// The marks of a pixel's eight neighbours in one word, so that those of a kind can be walked bit by bit. They are
// read one by one: a byte that was just written is quick to read alone, and slow as a part of a word.

import { STRIDE } from './layout'

/** One bit for each neighbour, of two that a mark has: columns from bit 0, 8 and 16 on, rows two bits apart. */
export const NEIGHBOURS: i32 = 0x151115

/** `corner` is the address of the neighbour above to the left; marks are below 4. */
@inline
export function marksAround(corner: i32): i32 {
  const above = markOf(corner, 0) | (markOf(corner, 1) << 8) | (markOf(corner, 2) << 16)
  const beside = markOf(corner, STRIDE) | (markOf(corner, STRIDE + 2) << 16)
  const below =
    markOf(corner, 2 * STRIDE) | (markOf(corner, 2 * STRIDE + 1) << 8) | (markOf(corner, 2 * STRIDE + 2) << 16)
  return above | (beside << 2) | (below << 4)
}

@inline
function markOf(corner: i32, offset: i32): i32 {
  return load<u8>(corner + offset) as i32
}

/** From the pixel to the neighbour of a bit of NEIGHBOURS: columns right. */
@inline
export function columnStep(bit: i32): i32 {
  return (bit >> 3) - 1
}

/** The same in places. */
@inline
export function placeStep(bit: i32): i32 {
  return (((bit & 7) >> 1) - 1) * STRIDE + columnStep(bit)
}
