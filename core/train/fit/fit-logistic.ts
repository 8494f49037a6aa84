// The ranker that weighs maximum softmax, margin and entropy of the local answer by logistic regression. Its
// unseen scores are cross-fitted: each training row is scored by coefficients of the other inner folds. With
// four parameters the difference to plain training scores is small, but then so is the cost.

import type { LogisticRouter } from '#contract/router.ts'
import { fitLogistic as fitCoefficients } from '../../learn/linear/logistic-regression.ts'
import { logisticScore } from '../../route/answer-score.ts'
import { stratifiedFolds } from '../stratified-folds.ts'
import { type FitTask, LEARNT_INPUTS, labelsOf, type Ranker, valuesReader } from './ranker.ts'

/** scikit-learn's default strength, C = 1. */
const L2 = 1
const INNER_FOLDS = 5

type Coefficients = Pick<LogisticRouter, 'weights' | 'bias'>

export function fitLogistic(task: FitTask): Ranker {
  const { data, rows } = task
  const inputs = [...LEARNT_INPUTS]
  const valuesOf = valuesReader(data, [], inputs)
  const coefficients = coefficientsOf(task, rows, valuesOf)
  return {
    documentAt: (threshold) => ({ schema: 1, kind: 'logistic', threshold, inputs, ...coefficients }),
    rankOf: (row) => logisticScore(coefficients, valuesOf(row)),
    sentAfterLocal: () => true,
    unseen: { scores: crossFitted(task, valuesOf), sentAfterLocal: 1 },
  }
}

function coefficientsOf(
  { data }: FitTask,
  rows: readonly number[],
  valuesOf: (row: number) => number[],
): Coefficients {
  const samples = { rows: rows.map((row) => Float64Array.from(valuesOf(row))), labels: labelsOf(data, rows) }
  const { weights, bias } = fitCoefficients(samples, { l2: L2 })
  return { weights: Array.from(weights), bias }
}

function crossFitted(task: FitTask, valuesOf: (row: number) => number[]): Float64Array {
  const { data, rows, random } = task
  // One row alone cannot be scored by others.
  const folds = Math.min(INNER_FOLDS, rows.length)
  const foldOf = folds < 2 ? null : stratifiedFolds(labelsOf(data, rows), folds, random)
  const scores = new Float64Array(rows.length)
  for (let fold = 0; fold < folds; fold++) {
    const others = foldOf === null ? rows : rows.filter((_, i) => foldOf[i] !== fold)
    const coefficients = coefficientsOf(task, others, valuesOf)
    rows.forEach((row, i) => {
      if (foldOf === null || foldOf[i] === fold) scores[i] = logisticScore(coefficients, valuesOf(row))
    })
  }
  return scores
}
