// Gradients by Sobel and non-maximum suppression, of eight pixels at a time: core/features/edges/canny.ts, in 16-bit
// lanes. A row's ridges are found as soon as the gradients of the row below are known, so that four rows of them,
// in a ring, are enough; the gradients of ridges alone are kept, for the segments.

import { DX, DY, GRADIENT, LUMA, MAGNITUDE, MARGIN, MARK, RING, rowOf, STRIDE } from './layout'

const LOW: i16 = 50
const HIGH: i16 = 100
/** tan(22.5 degrees) in 15-bit fixed point. */
const TAN_22: i16 = 13573

export const WEAK: i32 = 1
export const EDGE: i32 = 2

/** Marks ridges: EDGE where they are over HIGH, WEAK where not. All around the image, marks are 0. */
export function markRidges(width: i32, height: i32): void {
  memory.fill(MAGNITUDE, 0, 4 * RING)
  memory.fill(rowOf(MARK, -1) - MARGIN, 0, STRIDE)
  memory.fill(rowOf(MARK, height) - MARGIN, 0, STRIDE)
  gradients(0, width)
  for (let y = 0; y < height; y++) {
    if (y + 1 < height) gradients(y + 1, width)
    else memory.fill(MAGNITUDE + ringOf(y + 1) - 2 * MARGIN, 0, RING)
    ridgesOfRow(y, width)
  }
}

/** Where the row's first pixel is in a ring of four. */
@inline
function ringOf(y: i32): i32 {
  return (y & 3) * RING + 2 * MARGIN
}

/** Magnitudes after the row's last are 0, as far as a step of ridgesOfRow() looks. */
function gradients(y: i32, width: i32): void {
  const ring = ringOf(y)
  const from = rowOf(LUMA, y) - STRIDE - 1
  for (let x = 0; x < width; x += 8) {
    const p = from + x
    const falling = i16x8.sub(luma(p, 2, 2), luma(p, 0, 0))
    const rising = i16x8.sub(luma(p, 0, 2), luma(p, 2, 0))
    const across = i16x8.sub(luma(p, 2, 1), luma(p, 0, 1))
    const down = i16x8.sub(luma(p, 1, 2), luma(p, 1, 0))
    const dx = i16x8.add(i16x8.sub(falling, rising), i16x8.add(across, across))
    const dy = i16x8.add(i16x8.add(falling, rising), i16x8.add(down, down))
    const to = ring + 2 * x
    v128.store(DX + to, dx)
    v128.store(DY + to, dy)
    v128.store(MAGNITUDE + to, i16x8.add(i16x8.abs(dx), i16x8.abs(dy)))
  }
  v128.store(MAGNITUDE + ring + 2 * width, i16x8.splat(0))
  v128.store(MAGNITUDE + ring + 2 * width, i16x8.splat(0), 16)
}

@inline
function luma(p: i32, x: i32, y: i32): v128 {
  return v128.load_ext<u8>(p + y * STRIDE + x)
}

function ridgesOfRow(y: i32, width: i32): void {
  const above = MAGNITUDE + ringOf(y - 1)
  const here = ringOf(y)
  const below = MAGNITUDE + ringOf(y + 1)
  const to = rowOf(0, y)
  for (let x = 0; x < width; x += 16) {
    const low = ridges(here + 2 * x, above + 2 * x, below + 2 * x, to + x)
    const high = ridges(here + 2 * x + 16, above + 2 * x + 16, below + 2 * x + 16, to + x + 8)
    v128.store(MARK + to + x, i8x16.narrow_i16x8_u(low, high))
  }
  for (let x = width; x < STRIDE; x += 16) v128.store(MARK + to + x, i8x16.splat(0))
}

/** The marks of eight pixels. */
@inline
function ridges(here: i32, above: i32, below: i32, at: i32): v128 {
  const m = v128.load(MAGNITUDE + here)
  const isListed = i16x8.gt_s(m, i16x8.splat(LOW))
  if (!v128.any_true(isListed)) return isListed
  const dx = v128.load(DX + here)
  const dy = v128.load(DY + here)
  const ax = i16x8.abs(dx)
  const ay = i16x8.abs(dy)
  // Rounded down; without a rest only where dx is 0, and then the same comes out.
  const border = i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.extmul_low_i16x8_s(ax, i16x8.splat(TAN_22)), 15),
    i32x4.shr_s(i32x4.extmul_high_i16x8_s(ax, i16x8.splat(TAN_22)), 15),
  )
  const isLevel = i16x8.le_s(ay, border)
  const isUpright = i16x8.gt_s(i16x8.sub(ay, i16x8.add(ax, ax)), border)
  const isRising = i16x8.shr_s(v128.xor(dx, dy), 15)
  const diagonalBefore = v128.bitselect(v128.load(above, 2), v128.load(above - 2), isRising)
  const diagonalAfter = v128.bitselect(v128.load(below - 2), v128.load(below, 2), isRising)
  const uprightBefore = v128.bitselect(v128.load(above), diagonalBefore, isUpright)
  const uprightAfter = v128.bitselect(v128.load(below), diagonalAfter, isUpright)
  const before = v128.bitselect(v128.load(MAGNITUDE + here - 2), uprightBefore, isLevel)
  const after = v128.bitselect(v128.load(MAGNITUDE + here + 2), uprightAfter, isLevel)
  // A plateau's first pixel wins on the axes, where a mask of -1 makes it larger by one.
  const isOver = i16x8.gt_s(i16x8.sub(m, v128.or(isLevel, isUpright)), after)
  const isRidge = v128.and(v128.and(isListed, isOver), i16x8.gt_s(m, before))
  if (!v128.any_true(isRidge)) return isRidge
  const to = GRADIENT + 4 * at
  v128.store(to, v128.shuffle<i16>(dx, dy, 0, 8, 1, 9, 2, 10, 3, 11))
  v128.store(to, v128.shuffle<i16>(dx, dy, 4, 12, 5, 13, 6, 14, 7, 15), 16)
  // 1 or 2: over HIGH, the mask of -1 is taken off.
  return v128.and(isRidge, i16x8.sub(i16x8.splat(1), i16x8.gt_s(m, i16x8.splat(HIGH))))
}
