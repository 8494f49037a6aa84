// Logistic regression with an L2 penalty, a base learner of the paper's one-vs-rest (Figure 14), and what fits
// the `logistic` router: its coefficients are the router's. The same problem as scikit-learn's with C = 1 / l2:
// classes balanced unless told otherwise, the bias not penalised.

import { balancedWeights } from '../../forest/best-cut.ts'
import { constantClassifier, type Learner, type Samples, sigmoid } from '../learner.ts'
import { type LinearModel, type MarginLoss, marginOf, minimise } from './newton.ts'

export interface LogisticOptions {
  /** Above 0: without a penalty, rows that a line separates have no best coefficients. */
  l2: number
  /** Both classes weigh the same in all; true where not given. */
  balanced?: boolean
}

/** log(1 + exp(-margin)), written so that neither end overflows. */
export const LOGISTIC_LOSS: MarginLoss = {
  valueAt: (margin) => Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin),
  slopeAt: (margin) => -sigmoid(-margin),
  curvatureAt: (margin) => sigmoid(margin) * sigmoid(-margin),
}

export function logisticRegression(options: LogisticOptions): Learner {
  return (samples) => {
    const model = fitLogistic(samples, options)
    return { scoreOf: (row) => sigmoid(marginOf(model, row)) }
  }
}

/** The score of a row is sigmoid(bias + sum of weights[i] * row[i]). */
export function fitLogistic(samples: Samples, { l2, balanced = true }: LogisticOptions): LinearModel {
  if (!(l2 > 0)) throw new RangeError(`Cannot fit logistic regression: l2 is ${l2}, expected above 0`)
  const { rows, labels } = samples
  const width = rows[0]?.length ?? 0
  // Of one class alone the best bias is infinite; Laplace's rule of succession keeps it finite.
  if (constantClassifier(samples) !== null) {
    const logOdds = Math.log(rows.length + 1)
    return { weights: new Float64Array(width), bias: labels[0] === 1 ? logOdds : -logOdds }
  }
  const penalties = new Float64Array(width + 1).fill(l2, 0, width)
  return minimise({ rows, labels, rowWeights: rowWeights(labels, balanced), penalties, loss: LOGISTIC_LOSS })
}

/** By row; the weights sum to the number of rows either way. */
export function rowWeights(labels: Uint8Array, balanced: boolean): Float64Array {
  const weights = balanced ? balancedWeights(labels) : ([1, 1] as const)
  return Float64Array.from(labels, (label) => weights[label as 0 | 1])
}
