// A made-up pair of models on images whose difficulty shows, or does not, in their features and in the local
// model's confidence.

import { FEATURE_NAMES } from '#contract/features.ts'
import { createRandom } from '#core/random.ts'
import type { PairData } from '#core/train/pair-data.ts'

export const costs = {
  featuresMs: 2,
  featuresJ: 0.02,
  localMs: 30,
  localJ: 0.3,
  edgeMs: 20,
  edgeJ: 0.9,
  uploadMs: 10,
  uploadJ: 0.1,
  uploadSource: 'made up',
}

/** `signal` from 0, features and confidence are noise, to 1, contrast and confidence tell the difficulty. */
export function syntheticPair(
  count: number,
  options: { signal: number; seed: number },
): PairData & { localTopProbability: Float64Array } {
  const random = createRandom(options.seed)
  const contrast = FEATURE_NAMES.indexOf('contrast')
  const features: number[][] = []
  const localRight = new Uint8Array(count)
  const edgeRight = new Uint8Array(count)
  const localTop: number[][] = []
  const localTopProbability = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const difficulty = random()
    const shown = options.signal * difficulty + (1 - options.signal) * random()
    features.push(FEATURE_NAMES.map((_, f) => (f === contrast ? shown * 80 : random() * 10)))
    localRight[i] = random() > difficulty ? 1 : 0
    edgeRight[i] = random() < 0.85 ? 1 : 0
    localTopProbability[i] = 1 - 0.9 * shown
    localTop.push(fiveBest(1 - 0.9 * shown))
  }
  return { features, localRight, edgeRight, localTop, localTopProbability, pixelDigests: null, costs }
}

/** The rest is shared out so that the second best class gets most of it, as far as the order allows. */
function fiveBest(best: number): number[] {
  const rest = 1 - best
  return [best, ...[0.5, 0.25, 0.12, 0.06].map((share) => Math.min(best, share * rest))]
}
