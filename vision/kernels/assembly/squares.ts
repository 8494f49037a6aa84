// Sums of the channels' squares, for their mean squares: core/features/perceived-brightness.ts, in lanes. Two
// neighbours of one channel lie side by side, so that one instruction squares and adds them.

import { ANSWER, RGB } from './layout'
import { sumOf } from './luma'

/** Writes the sums of red, green and blue to ANSWER; 65,536 squares of 255 fit into 32 bits, unsigned. */
export function squareSums(count: i32): void {
  let redGreen = i32x4.splat(0)
  let blues = i32x4.splat(0)
  for (let i = 0; i < count; i += 4) {
    const bytes = v128.load(RGB + 3 * i)
    const rg = i8x16.swizzle(bytes, i8x16(0, -1, 3, -1, 6, -1, 9, -1, 1, -1, 4, -1, 7, -1, 10, -1))
    const b = i8x16.swizzle(bytes, i8x16(2, -1, 5, -1, 8, -1, 11, -1, -1, -1, -1, -1, -1, -1, -1, -1))
    redGreen = i32x4.add(redGreen, i32x4.dot_i16x8_s(rg, rg))
    blues = i32x4.add(blues, i32x4.dot_i16x8_s(b, b))
  }
  store<i32>(ANSWER, i32x4.extract_lane(redGreen, 0) + i32x4.extract_lane(redGreen, 1))
  store<i32>(ANSWER, i32x4.extract_lane(redGreen, 2) + i32x4.extract_lane(redGreen, 3), 4)
  store<i32>(ANSWER, sumOf(blues), 8)
}
