// Exact thresholds need the numbers next to a number. Doubles of one sign are ordered as their bits are (IEEE
// 754), so a search over all of them halves an integer range 64 times.

const double = new Float64Array(1)
const bits = new BigInt64Array(double.buffer)

/**
 * The largest finite double for which `isLow` holds, where it holds up to some number and for none above;
 * -Infinity where it holds for none and Infinity where it holds for all.
 */
export function largestDouble(isLow: (x: number) => boolean): number {
  if (!isLow(-Number.MAX_VALUE)) return Number.NEGATIVE_INFINITY
  if (isLow(Number.MAX_VALUE)) return Number.POSITIVE_INFINITY
  let low = rankOf(-Number.MAX_VALUE)
  let high = rankOf(Number.MAX_VALUE)
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (isLow(doubleOf(middle))) low = middle
    else high = middle
  }
  return doubleOf(low)
}

/** The largest double below a finite one; that below zero is the smallest negative number. */
export function doubleBelow(x: number): number {
  return doubleOf(rankOf(x) - 1n)
}

/**
 * The largest double that, rounded to a float32, is at most `threshold`: comparing doubles with it is comparing
 * their float32 with the threshold. It lies halfway to the next float32, or just below where halfway rounds up.
 */
export function thresholdForFloats(threshold: number): number {
  const near = Math.fround(threshold)
  const below = near <= threshold ? near : floatBelow(near)
  // Beyond the largest float32 the next would be 2^128; from halfway to it numbers round to Infinity.
  const capped = (x: number) => Math.max(-(2 ** 128), Math.min(2 ** 128, x))
  const halfway = (capped(below) + capped(floatAbove(below))) / 2
  return Math.fround(halfway) <= threshold ? halfway : doubleBelow(halfway)
}

const float = new Float32Array(1)
const floatBits = new Int32Array(float.buffer)

function floatAbove(x: number): number {
  if (x === 0) return 2 ** -149
  float[0] = x
  floatBits[0] = floatBits[0]! + (x > 0 ? 1 : -1)
  return float[0]
}

function floatBelow(x: number): number {
  return -floatAbove(-x)
}

/** Integers in the order of the doubles; both zeros are 0. */
function rankOf(x: number): bigint {
  double[0] = x
  return bits[0]! >= 0n ? bits[0]! : -(bits[0]! & 0x7fff_ffff_ffff_ffffn)
}

function doubleOf(rank: bigint): number {
  double[0] = 0
  bits[0] = rank >= 0n ? rank : -rank
  return rank >= 0n ? double[0] : -double[0]
}
