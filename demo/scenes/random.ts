// Chance for the scenes: sfc32, a small integer generator keyed by three words, so that a split and
// an index name one stream and two splits can never share one. Everything drawn from it uses integer
// and IEEE basic arithmetic and Math.sqrt only. Math.sin, cos, exp and pow are left out on purpose:
// engines may round them differently, and a scene must be the same, bit for bit, on every machine.

export type Random = {
  /** Uniform in [0, 1), 32 bits. */
  unit(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Uniform integer in [0, count). */
  below(count: number): number
  /** Near enough to a normal deviate for noise: the four bytes of a word summed; mean 0, variance 1. */
  bell(): number
}

/** The stream named by three unsigned 32-bit words. */
export function random(key: readonly [number, number, number]): Random {
  let [a, b, c] = [key[0] | 0, key[1] | 0, key[2] | 0]
  let counter = 1
  const next = (): number => {
    const word = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    return word >>> 0
  }
  // Fifteen rounds, as PractRand's author advises for keys that differ in few bits.
  for (let round = 0; round < 15; round++) next()
  const unit = () => next() / 4294967296
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    below: (count) => Math.floor(unit() * count),
    bell: () => {
      const word = next()
      return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / BYTES_SD
    },
  }
}

/** Four uniform bytes have variance 4 * (256^2 - 1) / 12. */
const BYTES_SD = Math.sqrt(21845)
