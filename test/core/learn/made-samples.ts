// Made-up rows for learners: as many as wanted, a share of them positive, as hard to tell as wanted.

import type { Samples } from '#core/learn/learner.ts'
import { createRandom } from '#core/random.ts'

/**
 * Three features, measured in units of their own. About three in ten rows are of class 1: with `noise` 0 those
 * with much of the first feature, with `noise` 1 any.
 */
export function madeSamples(count: number, { noise, seed }: { noise: number; seed: number }): Samples {
  const random = createRandom(seed)
  const labels = new Uint8Array(count)
  const rows = Array.from(labels, (_, i) => {
    const first = random()
    labels[i] = (random() < noise ? random() : first) > 0.7 ? 1 : 0
    return Float64Array.of(100 * first, random() - 5, 1000 * random())
  })
  return { rows, labels }
}

/** Every `parts`-th row held out, from row `part`. */
export function heldOut({ rows, labels }: Samples, part: number, parts: number) {
  const take = (isTest: boolean): Samples => ({
    rows: rows.filter((_, i) => (i % parts === part) === isTest),
    labels: labels.filter((_, i) => (i % parts === part) === isTest),
  })
  return { train: take(false), test: take(true) }
}
