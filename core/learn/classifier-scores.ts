// How well scores tell class 1 from class 0: the measures that the paper compares its learners by (Figure 15).
// AUC looks at the order of the scores alone, the others at what is left of them after a cut.

import { auc } from '../evaluate/auc.ts'
import { offloadQuality } from '../evaluate/offload-quality.ts'
import { decide } from '../route/score.ts'

export interface ClassifierScores {
  precision: number
  recall: number
  f1: number
  accuracy: number
  auc: number
}

/** Even odds, by the definition of a classifier's score. */
const CUT = 0.5

/** Precision, recall and F1 are those of class 1, and 0 where their denominator is. */
export function classifierScores(scores: Float64Array, labels: Uint8Array): ClassifierScores {
  if (scores.length !== labels.length || labels.length === 0)
    throw new RangeError(
      `Cannot judge classifier: are ${scores.length} scores and ${labels.length} labels, expected one or more and as many of both`,
    )
  const answers = Uint8Array.from(scores, (score) => (decide(score, CUT) ? 1 : 0))
  const right = answers.reduce((sum, answer, row) => sum + (answer === labels[row] ? 1 : 0), 0)
  return {
    ...offloadQuality(answers, labels),
    accuracy: right / labels.length,
    auc: auc(scores, labels),
  }
}

/** Of each measure on its own; `all` must not be empty. */
export function meanScores(all: readonly ClassifierScores[]): ClassifierScores {
  const mean = (key: keyof ClassifierScores) => all.reduce((sum, scores) => sum + scores[key], 0) / all.length
  return {
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    accuracy: mean('accuracy'),
    auc: mean('auc'),
  }
}
