// A router of a chosen quality: scores from two normal distributions of equal width (the binormal model of ROC
// analysis; Green and Swets 1966), shifted apart for the images that it is to find. Its AUC is Phi(d / sqrt 2), so any
// AUC can be had, and the question "how good would the router have to be" becomes one number.
//
// Which images it is to find is told: those that only the edge gets right, or all that the local model gets wrong,
// which is what a label "local fails" would teach it. In both it knows nothing of the images beyond that.

import { createRandom } from '#core/random.ts'
import type { Kind, PublishedOutcomes } from './published-pair.ts'

export type Target = 'only the edge is right' | 'the local model is wrong'

const FOUND: Record<Target, readonly Kind[]> = {
  'only the edge is right': ['only-edge'],
  'the local model is wrong': ['only-edge', 'neither'],
}

export interface SimulatedRouter {
  /** One for each image. */
  readonly scores: Float64Array
  /** 1 where the image is one that it is to find. */
  readonly wanted: Uint8Array
}

/** `distance`: of the two means, in standard deviations. */
export function simulateRouter(
  { kinds }: PublishedOutcomes,
  target: Target,
  distance: number,
  seed: number,
): SimulatedRouter {
  const normal = normalFrom(createRandom(seed))
  const wanted = Uint8Array.from(kinds, (kind) => Number(FOUND[target].includes(kind)))
  return { wanted, scores: Float64Array.from(wanted, (is) => normal() + is * distance) }
}

/** The distance (negative below 0.5) at which such a router has this AUC, by bisection of Phi(d / sqrt 2). */
export function distanceOfAuc(auc: number): number {
  let [low, high] = [-12, 12]
  while (high - low > 1e-9) {
    const middle = (low + high) / 2
    if (phi(middle / Math.SQRT2) < auc) low = middle
    else high = middle
  }
  return low
}

/** Box and Muller. */
function normalFrom(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** The normal distribution function; Zelen and Severo (1964), 26.2.17, off by less than 7.5e-8. */
function phi(x: number): number {
  if (x < 0) return 1 - phi(-x)
  const t = 1 / (1 + 0.2316419 * x)
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail
}
