// Chance as an argument: a small seeded generator, so that a forest, a fold or an interval can be made again
// from the seed that its document names. sfc32 (Chris Doty-Humphrey) has 128 bits of state and passes
// PractRand; its state is filled by splitmix-like mixing, so that seeds 1 and 2 share nothing. Not for
// secrets.

/**
 * A stream of numbers in [0, 1), each a multiple of 2^-32. Seed and stream are taken modulo 2^32; streams of
 * one seed are independent, so that one part's draws do not shift another's.
 */
export function createRandom(seed: number, stream = 0): () => number {
  let mixed = seed >>> 0
  const word = () => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  mixed = word() ^ stream
  let a = word()
  let b = word()
  let c = word()
  let counter = 1
  return () => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + out) | 0
    return (out >>> 0) / 4294967296
  }
}

/** An integer in 0..count - 1; the bias is below count / 2^32. */
export function randomInteger(random: () => number, count: number): number {
  return Math.floor(random() * count)
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle(items: Int32Array | number[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInteger(random, i + 1)
    const kept = items[i]!
    items[i] = items[j]!
    items[j] = kept
  }
}
