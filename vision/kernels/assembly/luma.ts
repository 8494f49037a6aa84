// Luma of 16 pixels at a time, its histogram, and the channels' sums: core/features/luma.ts, in lanes. The 16-bit
// products are added in pairs (dot); the division by 125 is one rounding multiplication, exact over the range that
// occurs (tested). Bytes behind the image are 0: their luma is 0 and adds nothing to the sums, so there is no
// remainder to treat, and the histogram takes the surplus off again.

import { ANSWER, COUNTS, FLAT, HISTOGRAM, LUMA, RGB, rowOf } from './layout'

/** floor(v / 125) is (v * RECIPROCAL + 2^14) >> 15 >> 6 for v up to 31937, the luma of white. */
const RECIPROCAL: i16 = 16777

/** ANSWER then holds the sums of red, green and blue, HISTOGRAM how many pixels have each luma. */
export function luma(width: i32, height: i32): void {
  const count = width * height
  flatLuma(count)
  histogram(count)
  spread(width, height)
}

function flatLuma(count: i32): void {
  let reds = i32x4.splat(0)
  let greens = i32x4.splat(0)
  let blues = i32x4.splat(0)
  for (let i = 0; i < count; ) {
    // Red and green are added up in 16 bits, which hold 257 values: four pixels of a step fall into one lane.
    const end = min(i + 16 * 64, count)
    let both = i32x4.splat(0)
    for (; i < end; i += 16) {
      const p = RGB + 3 * i
      const rg0 = redGreen(p)
      const rg1 = redGreen(p + 12)
      const rg2 = redGreen(p + 24)
      const rg3 = redGreen(p + 36)
      const b0 = blue(p)
      const b1 = blue(p + 12)
      const b2 = blue(p + 24)
      const b3 = blue(p + 36)
      both = i16x8.add(both, i16x8.add(i16x8.add(rg0, rg1), i16x8.add(rg2, rg3)))
      blues = i32x4.add(blues, i32x4.add(i32x4.add(b0, b1), i32x4.add(b2, b3)))
      const first = i16x8.narrow_i32x4_s(eighths(rg0, b0), eighths(rg1, b1))
      const second = i16x8.narrow_i32x4_s(eighths(rg2, b2), eighths(rg3, b3))
      v128.store(FLAT + i, i8x16.narrow_i16x8_u(by125(first), by125(second)))
    }
    reds = i32x4.add(reds, v128.and(both, i32x4.splat(0xffff)))
    greens = i32x4.add(greens, i32x4.shr_u(both, 16))
  }
  store<i32>(ANSWER, sumOf(reds))
  store<i32>(ANSWER, sumOf(greens), 4)
  store<i32>(ANSWER, sumOf(blues), 8)
}

/** Red and green of four pixels, 16 bits each. */
@inline
function redGreen(p: i32): v128 {
  return i8x16.swizzle(v128.load(p), i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1))
}

/** Blue of four pixels, 32 bits each. */
@inline
function blue(p: i32): v128 {
  return i8x16.swizzle(v128.load(p), i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1))
}

/** An eighth of the thousandfold luma of four pixels. */
@inline
function eighths(rg: v128, b: v128): v128 {
  const weighed = i32x4.add(
    i32x4.dot_i16x8_s(rg, i32x4.splat((587 << 16) | 299)),
    i32x4.dot_i16x8_s(b, i32x4.splat(114)),
  )
  return i32x4.shr_u(i32x4.add(weighed, i32x4.splat(500)), 3)
}

@inline
function by125(v: v128): v128 {
  return i16x8.shr_u(i16x8.q15mulr_sat_s(v, i16x8.splat(RECIPROCAL)), 6)
}

@inline
export function sumOf(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  )
}

/**
 * Eight tables, since neighbours are alike and a count that was just written is slow to read back. None counts more
 * than 8192 pixels, so halves of words do.
 */
function histogram(count: i32): void {
  memory.fill(COUNTS, 0, 4096)
  const end = (count + 7) & ~7
  for (let i = 0; i < end; i += 8) {
    const eight = load<u64>(FLAT + i)
    tally(0, eight)
    tally(512, eight >> 8)
    tally(1024, eight >> 16)
    tally(1536, eight >> 24)
    tally(2048, eight >> 32)
    tally(2560, eight >> 40)
    tally(3072, eight >> 48)
    tally(3584, eight >> 56)
  }
  for (let at = 0; at < 512; at += 16) {
    let low = i32x4.splat(0)
    let high = i32x4.splat(0)
    for (let table = COUNTS; table < COUNTS + 4096; table += 512) {
      const counts = v128.load(table + at)
      low = i32x4.add(low, i32x4.extend_low_i16x8_u(counts))
      high = i32x4.add(high, i32x4.extend_high_i16x8_u(counts))
    }
    v128.store(HISTOGRAM + 2 * at, low)
    v128.store(HISTOGRAM + 2 * at, high, 16)
  }
  store<i32>(HISTOGRAM, load<i32>(HISTOGRAM) - (end - count))
}

@inline
function tally(table: i32, bytes: u64): void {
  const at = COUNTS + table + (((bytes as i32) & 255) << 1)
  store<u16>(at, load<u16>(at) + 1)
}

/** From FLAT to LUMA, with the image's border repeated once. */
function spread(width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const to = rowOf(LUMA, y)
    const from = FLAT + y * width
    for (let x = 0; x < width; x += 16) v128.store(to + x, v128.load(from + x))
    store<u8>(to - 1, load<u8>(to))
    store<u8>(to + width, load<u8>(to + width - 1))
  }
  memory.copy(rowOf(LUMA, -1) - 1, rowOf(LUMA, 0) - 1, width + 2)
  memory.copy(rowOf(LUMA, height) - 1, rowOf(LUMA, height - 1) - 1, width + 2)
}
