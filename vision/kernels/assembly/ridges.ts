// Gradients by Sobel and non-maximum suppression, of sixteen pixels at a time: core/features/edges/canny.ts, in 16-bit
// lanes. A row's ridges are found as soon as the gradients of the row below are known, so that four rows of them,
// in a ring, are enough. What is kept is a bit for each ridge, and for the segments where its gradient points, as an
// angle in a byte: 256 make a half turn, since a gradient and its opposite are alike there. The one division of a
// gradient says the angle and which neighbours to ask; both are tested for every gradient.

import { ANGLE, BITS, DX, DY, EDGES, LUMA, MAGNITUDE, MARGIN, PITCH, RING, rowOf, SIDE, STRIDE, WEAKS } from './layout'

const LOW: i16 = 50
const HIGH: i16 = 100
/** About tan(22.5 degrees): no quotient of two gradients is between this and OpenCV's fixed-point one. */
const TAN_22: f32 = 0.4142144
/** 64 / 45 degrees of atan(t) are about t * (64 + BEND - BEND * t), a third of one off at most. */
const BEND: f32 = 22.245
/** 1.5 * 2^23: what is added to it is rounded into the lowest bits. */
const ROUNDING: f32 = 12582912

/** Marks ridges in EDGES where they are over HIGH, in WEAKS where not. Around the image, EDGES are 0. */
export function markRidges(width: i32, height: i32): void {
  memory.fill(MAGNITUDE, 0, 4 * RING)
  // As many rows as a window (window.ts) and a look around it reach over.
  memory.fill(EDGES + height * BITS, 0, 4 * BITS)
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
  const bits = y * BITS
  for (let at = bits; at < bits + SIDE / 8; at += 16) {
    v128.store(EDGES + at, i8x16.splat(0))
    v128.store(WEAKS + at, i8x16.splat(0))
  }
  for (let x = 0; x < width; x += 16) {
    const a = above + 2 * x
    const h = here + 2 * x
    const b = below + 2 * x
    const m0 = v128.load(MAGNITUDE + h)
    const m1 = v128.load(MAGNITUDE + h, 16)
    const isListed = bytes(i16x8.gt_s(m0, i16x8.splat(LOW)), i16x8.gt_s(m1, i16x8.splat(LOW)))
    if (!v128.any_true(isListed)) continue
    const dx0 = v128.load(DX + h)
    const dx1 = v128.load(DX + h, 16)
    const dy0 = v128.load(DY + h)
    const dy1 = v128.load(DY + h, 16)
    const ax0 = i16x8.abs(dx0)
    const ax1 = i16x8.abs(dx1)
    const ay0 = i16x8.abs(dy0)
    const ay1 = i16x8.abs(dy1)
    const isRising0 = i16x8.shr_s(v128.xor(dx0, dy0), 15)
    const isRising1 = i16x8.shr_s(v128.xor(dx1, dy1), 15)
    const isSteep0 = i16x8.gt_s(ay0, ax0)
    const isSteep1 = i16x8.gt_s(ay1, ax1)
    const t0 = lowQuotients(ax0, ay0)
    const t1 = highQuotients(ax0, ay0)
    const t2 = lowQuotients(ax1, ay1)
    const t3 = highQuotients(ax1, ay1)
    const most0 = across(axis(MAGNITUDE + h, a, b, isSteep0), diagonal(a, b, isRising0), t0, t1)
    const most1 = across(axis(MAGNITUDE + h + 16, a + 16, b + 16, isSteep1), diagonal(a + 16, b + 16, isRising1), t2, t3)
    const isRidge = v128.and(isListed, bytes(i16x8.gt_s(m0, most0), i16x8.gt_s(m1, most1)))
    const isStrong = bytes(i16x8.gt_s(m0, i16x8.splat(HIGH)), i16x8.gt_s(m1, i16x8.splat(HIGH)))
    store<u16>(EDGES + bits + (x >> 3), i8x16.bitmask(v128.and(isRidge, isStrong)))
    store<u16>(WEAKS + bits + (x >> 3), i8x16.bitmask(v128.andnot(isRidge, isStrong)))
    const flat = i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(angles(t0), angles(t1)),
      i16x8.narrow_i32x4_s(angles(t2), angles(t3)),
    )
    const quarter = v128.bitselect(i8x16.sub(i8x16.splat(-128), flat), flat, bytes(isSteep0, isSteep1))
    const isRising = bytes(isRising0, isRising1)
    v128.store(ANGLE + y * PITCH + x, i8x16.sub(v128.xor(quarter, isRising), isRising))
  }
}

@inline
function bytes(low: v128, high: v128): v128 {
  return i8x16.narrow_i16x8_s(low, high)
}

/** What a magnitude must be over, of eight pixels: the larger one of the two neighbours in the gradient's direction. */
@inline
function across(onAxis: v128, onDiagonal: v128, lowQuotients: v128, highQuotients: v128): v128 {
  const tan22 = f32x4.splat(TAN_22)
  const isAxis = i16x8.narrow_i32x4_s(f32x4.lt(lowQuotients, tan22), f32x4.lt(highQuotients, tan22))
  return v128.bitselect(onAxis, onDiagonal, isAxis)
}

/** A plateau's first pixel wins: it need not be over the one after it. */
@inline
function axis(here: i32, above: i32, below: i32, isSteep: v128): v128 {
  const one = i16x8.splat(1)
  const level = i16x8.max_s(v128.load(here - 2), i16x8.sub(v128.load(here + 2), one))
  const upright = i16x8.max_s(v128.load(above), i16x8.sub(v128.load(below), one))
  return v128.bitselect(upright, level, isSteep)
}

@inline
function diagonal(above: i32, below: i32, isRising: v128): v128 {
  const falling = i16x8.max_s(v128.load(above - 2), v128.load(below + 2))
  const rising = i16x8.max_s(v128.load(above + 2), v128.load(below - 2))
  return v128.bitselect(rising, falling, isRising)
}

/** The smaller by the larger one, of the first four. No number, and of no ridge, where both are 0. */
@inline
function lowQuotients(ax: v128, ay: v128): v128 {
  return f32x4.div(
    f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.min_s(ax, ay))),
    f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.max_s(ax, ay))),
  )
}

@inline
function highQuotients(ax: v128, ay: v128): v128 {
  return f32x4.div(
    f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(i16x8.min_s(ax, ay))),
    f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(i16x8.max_s(ax, ay))),
  )
}

/** From 0 to 64. */
@inline
function angles(t: v128): v128 {
  const angle = f32x4.mul(t, f32x4.sub(f32x4.splat(64 + BEND), f32x4.mul(t, f32x4.splat(BEND))))
  return v128.and(f32x4.add(angle, f32x4.splat(ROUNDING)), i32x4.splat(127))
}
