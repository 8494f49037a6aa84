// What a router reads off the local answer, each in [0, 1]. The entropy is that of at most five classes and the
// rest, since five labels are all that a device stores and sends: with the rest as one more class nothing of
// the probability is lost, and log 6 is the most that six classes can have.

import type { ConfidenceInput } from '#contract/router.ts'

const BEST = 5
const ENTROPY_MAX = Math.log(BEST + 1)

/** Probabilities of the best classes, best first, at least one; those after the fifth belong to the rest. */
export function confidenceFeature(input: ConfidenceInput, probabilities: readonly number[]): number {
  switch (input) {
    case 'max-softmax':
      return probabilities[0]!
    case 'margin':
      return probabilities[0]! - (probabilities[1] ?? 0)
    case 'entropy':
      return entropyWithRest(probabilities.slice(0, BEST))
  }
}

export function confidenceFeatures(
  inputs: readonly ConfidenceInput[],
  probabilities: readonly number[],
): number[] {
  return inputs.map((input) => confidenceFeature(input, probabilities))
}

function entropyWithRest(best: readonly number[]): number {
  const rest = 1 - best.reduce((sum, p) => sum + p, 0)
  let entropy = 0
  // Rounding may leave a rest just below 0; p log p tends to 0 there.
  for (const p of [...best, rest]) if (p > 0) entropy -= p * Math.log(p)
  return Math.min(1, Math.max(0, entropy / ENTROPY_MAX))
}
