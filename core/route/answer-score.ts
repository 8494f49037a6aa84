// The score of the router kinds that look at the local answer alone. `confidence` reads the best class only;
// the others want the five best, so that a device and a training run see the same entropy.

import type { LogisticRouter, RouterDocument } from '#contract/router.ts'
import { confidenceFeature, confidenceFeatures } from './confidence-features.ts'
import { confidenceScore } from './score.ts'

/** What scoring needs of these documents; the threshold goes along for the decision. */
export type AnswerRouter =
  | Pick<Extract<RouterDocument, { kind: 'confidence' | 'margin' | 'entropy' }>, 'kind' | 'threshold'>
  | Pick<LogisticRouter, 'kind' | 'threshold' | 'inputs' | 'weights' | 'bias'>

/** Probabilities of the local model's best classes, best first, at least one; a score in 0..1. */
export function answerScore(router: AnswerRouter, probabilities: readonly number[]): number {
  switch (router.kind) {
    case 'confidence':
      return confidenceScore(probabilities[0]!)
    case 'margin':
      return 1 - confidenceFeature('margin', probabilities)
    case 'entropy':
      return confidenceFeature('entropy', probabilities)
    case 'logistic':
      return logisticScore(router, confidenceFeatures(router.inputs, probabilities))
  }
}

/** sigmoid(bias + weights . values), values in the order of the router's inputs. */
export function logisticScore(
  { weights, bias }: Pick<LogisticRouter, 'weights' | 'bias'>,
  values: readonly number[],
): number {
  const logit = values.reduce((sum, value, i) => sum + weights[i]! * value, bias)
  return 1 / (1 + Math.exp(-logit))
}
