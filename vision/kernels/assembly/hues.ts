// Hues of 16 pixels at a time: core/features/hue-histogram.ts, in lanes. The first bin, which is the one that routers
// use at run time, is counted in bytes without a division; for all seven OpenCV's fixed-point sixth by chroma,
// 30 * 2^12 / chroma rounded, is divided in floating point, where it and all that is made of it are whole numbers
// under 2^24 and so exact (tested, like the first bin, for every chroma). Adding 1.5 * 2^35 to a number leaves its 4096ths, rounded, in
// the lowest bits: that is the hue.

import * as channel from './channels'
import { ANSWER, RGB } from './layout'
import { sumOf } from './luma'

const SIXTH: f32 = 122880
const HUES: i16 = 180
/** 193, the first chroma that oddness() knows. */
const FIRST_ODD: i8 = -63
const ROUNDING: f32 = 51539607552

/** How many pixels have a hue in the first bin, from 0 to 25. */
export function firstHueCount(count: i32): i32 {
  let hits = i32x4.splat(0)
  for (let i = 0; i < count; ) {
    // Bytes count the hits of as many steps.
    const end = min(i + 16 * 255, count)
    let some = i8x16.splat(0)
    for (; i < end; i += 16) {
      const a = v128.load(RGB + 3 * i)
      const b = v128.load(RGB + 3 * i, 16)
      const c = v128.load(RGB + 3 * i, 32)
      some = i8x16.sub(some, isFirst(channel.red(a, b, c), channel.green(a, b, c), channel.blue(a, b, c)))
    }
    hits = i32x4.add(hits, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(some)))
  }
  // Behind the image all is black, whose hue is 0.
  return sumOf(hits) - (-count & 15)
}

/**
 * Around red a hue is (g - b) / chroma sixths, so it is in the bin where g - b is under 17/20 of the chroma, and b - g
 * so small that its half degrees round to none: up to 0 in any chroma, 1 from 60 on, 2 from 120, 3 from 181, 4 from 240.
 */
@inline
function isFirst(r: v128, g: v128, b: v128): v128 {
  const chroma = i8x16.max_u(i8x16.sub_sat_u(r, i8x16.min_u(g, b)), i8x16.splat(1))
  const isRed = i8x16.eq(r, i8x16.max_u(i8x16.max_u(g, b), r))
  let rounded = chroma
  if (v128.any_true(i8x16.ge_u(chroma, i8x16.splat(FIRST_ODD)))) rounded = i8x16.add(chroma, oddness(chroma))
  const over = i8x16.sub_sat_u(g, b)
  const isUnder = i8x16.narrow_i16x8_s(
    isUnderShare(i16x8.extend_low_i8x16_u(over), i16x8.extend_low_i8x16_u(rounded)),
    isUnderShare(i16x8.extend_high_i8x16_u(over), i16x8.extend_high_i8x16_u(rounded)),
  )
  // Complements of the chromas above; for 5 and more there is none, not even the largest.
  const below = i8x16.swizzle(
    i8x16(-2, -61, -121, 74, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    i8x16.sub_sat_u(b, g),
  )
  const isNear = i8x16.ge_u(below, i8x16.max_u(v128.not(chroma), i8x16.splat(1)))
  return v128.and(isRed, v128.and(isUnder, isNear))
}

@inline
function isUnderShare(over: v128, chroma: v128): v128 {
  return i16x8.gt_s(i16x8.mul(chroma, i16x8.splat(17)), i16x8.mul(over, i16x8.splat(20)))
}

/** Ten chromas whose sixth OpenCV rounds so far that the share is that of the next or the last chroma. */
@inline
function oddness(chroma: v128): v128 {
  const from192 = i8x16(0, -1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, -1, 0)
  const from224 = i8x16(0, 0, -1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  const from240 = i8x16(0, 0, 0, 0, 0, 0, -1, 1, 1, 0, 0, 0, 0, -1, 0, 0)
  return i8x16.add(
    i8x16.swizzle(from192, i8x16.sub(chroma, i8x16.splat(-64))),
    i8x16.add(
      i8x16.swizzle(from224, i8x16.sub(chroma, i8x16.splat(-32))),
      i8x16.swizzle(from240, i8x16.sub(chroma, i8x16.splat(-16))),
    ),
  )
}

/** The hue's 4096fold; chroma is at least 1. */
@inline
function scaledHue(sixths: v128, chroma: v128): v128 {
  const sixthByChroma = f32x4.nearest(f32x4.div(f32x4.splat(SIXTH), f32x4.convert_i32x4_s(chroma)))
  return f32x4.mul(f32x4.convert_i32x4_s(sixths), sixthByChroma)
}

/** Writes to ANSWER how many pixels have a hue of at least 26, 52, 78, 103, 129 and 155, where bins 2 to 7 begin. */
export function hueCounts(count: i32): void {
  memory.fill(ANSWER, 0, 24)
  for (let i = 0; i < count; i += 16) {
    const a = v128.load(RGB + 3 * i)
    const b = v128.load(RGB + 3 * i, 16)
    const c = v128.load(RGB + 3 * i, 32)
    const hue = huesOf(channel.red(a, b, c), channel.green(a, b, c), channel.blue(a, b, c))
    addFrom(26, hue, 0)
    addFrom(52, hue, 4)
    addFrom(78, hue, 8)
    addFrom(103, hue, 12)
    addFrom(129, hue, 16)
    addFrom(155, hue, 20)
  }
}

@inline
function addFrom(first: i32, hue: v128, to: i32): void {
  const hits = popcnt(i8x16.bitmask(i8x16.ge_u(hue, i8x16.splat(first as i8))))
  store<i32>(ANSWER + to, load<i32>(ANSWER + to) + hits)
}

@inline
function huesOf(r: v128, g: v128, b: v128): v128 {
  const value = i8x16.max_u(i8x16.max_u(r, g), b)
  const chroma = i8x16.sub(value, i8x16.min_u(i8x16.min_u(r, g), b))
  const isRed = i8x16.eq(r, value)
  const isGreen = i8x16.eq(g, value)
  // g - b where red is the largest, else b - r and two chromas where green is, else r - g and four.
  const from = v128.bitselect(g, v128.bitselect(b, r, isGreen), isRed)
  const less = v128.bitselect(b, v128.bitselect(r, g, isGreen), isRed)
  const turns = v128.andnot(v128.bitselect(i8x16.splat(2), i8x16.splat(4), isGreen), isRed)
  const low = i16x8.sub(i16x8.extend_low_i8x16_u(from), i16x8.extend_low_i8x16_u(less))
  const high = i16x8.sub(i16x8.extend_high_i8x16_u(from), i16x8.extend_high_i8x16_u(less))
  const divisor = i8x16.max_u(chroma, i8x16.splat(1))
  return i8x16.narrow_i16x8_u(
    eightHues(
      i16x8.add(low, i16x8.extmul_low_i8x16_u(chroma, turns)),
      i16x8.extend_low_i8x16_u(divisor),
    ),
    eightHues(
      i16x8.add(high, i16x8.extmul_high_i8x16_u(chroma, turns)),
      i16x8.extend_high_i8x16_u(divisor),
    ),
  )
}

@inline
function eightHues(sixths: v128, chroma: v128): v128 {
  const hue = i16x8.narrow_i32x4_s(
    fourHues(i32x4.extend_low_i16x8_s(sixths), i32x4.extend_low_i16x8_s(chroma)),
    fourHues(i32x4.extend_high_i16x8_s(sixths), i32x4.extend_high_i16x8_s(chroma)),
  )
  return i16x8.add(hue, v128.and(i16x8.shr_s(hue, 15), i16x8.splat(HUES)))
}

/** Rounded half up: half a 4096th more, and none lies in the middle. */
@inline
function fourHues(sixths: v128, chroma: v128): v128 {
  const scaled = f32x4.add(scaledHue(sixths, chroma), f32x4.splat(0.5))
  const rounded = f32x4.add(scaled, f32x4.splat(ROUNDING))
  return i32x4.sub(rounded, f32x4.splat(ROUNDING))
}
