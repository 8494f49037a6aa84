// Linear support vector machine, a base learner of the paper's AdaBoost and one-vs-rest (Figures 13 and 14),
// with squared hinge loss (L2-SVM), as liblinear and scikit-learn's LinearSVC have by default: the bias counts
// as one more weight and is penalised. Own code, because the npm packages have not been maintained since 2019.
// Its score is the margin through Platt's sigmoid, fitted with the same row weights.

import { constantClassifier, type Learner, type Samples, sigmoid } from '../learner.ts'
import { rowWeights } from './logistic-regression.ts'
import { type LinearModel, type MarginLoss, marginOf, minimise } from './newton.ts'
import { fitPlatt } from './platt-scaling.ts'

export interface SvmOptions {
  /** Weight of the rows against the penalty; above 0. */
  c: number
  /** Both classes weigh the same in all; true where not given. */
  balanced?: boolean
}

const SQUARED_HINGE: MarginLoss = {
  valueAt: (margin) => Math.max(0, 1 - margin) ** 2,
  slopeAt: (margin) => -2 * Math.max(0, 1 - margin),
  curvatureAt: (margin) => (margin < 1 ? 2 : 0),
}

export function linearSvm(options: SvmOptions): Learner {
  return (samples) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    const model = fitLinearSvm(samples, options)
    const margins = Float64Array.from(samples.rows, (row) => marginOf(model, row))
    const weights = rowWeights(samples.labels, options.balanced ?? true)
    const platt = fitPlatt(margins, samples.labels, weights)
    return { scoreOf: (row) => sigmoid(marginOf(platt, [marginOf(model, row)])) }
  }
}

/** Both labels must occur. A row's margin is above 0 where the machine says class 1. */
export function fitLinearSvm({ rows, labels }: Samples, { c, balanced = true }: SvmOptions): LinearModel {
  if (!(c > 0)) throw new RangeError(`Cannot fit linear SVM: c is ${c}, expected above 0`)
  return minimise({
    rows,
    labels,
    rowWeights: rowWeights(labels, balanced).map((weight) => c * weight),
    penalties: new Float64Array(rows[0]!.length + 1).fill(1),
    loss: SQUARED_HINGE,
  })
}
