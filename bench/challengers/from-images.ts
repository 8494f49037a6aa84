// Challengers that add what the image looks like to what the local model says: the 29 features of the paper beside
// the head of the answer, by logistic regression and by boosted trees; and boosted trees on the answer alone.

import { boostTrees } from './boosted-trees.ts'
import { type Challenger, onlyEdgeRight, type Views } from './challenger.ts'
import { headOf, logisticOn } from './from-probabilities.ts'

const withFeatures = (views: Views, row: number) => [...headOf(views.plain, row), ...views.features[row]!]

export const imageLogistic: Challenger = {
  name: 'image features and answer, logistic',
  costs: '29 features',
  fit: (views, training) => logisticOn(views, training, (row) => withFeatures(views, row)),
}

export const boostedAnswer: Challenger = {
  name: 'boosted trees on the answer',
  costs: 'nothing',
  fit: (views, training, random) => boosted(views, training, random, (row) => headOf(views.plain, row)),
}

export const boostedImage: Challenger = {
  name: 'boosted trees on image features and answer',
  costs: '29 features',
  fit: (views, training, random) => boosted(views, training, random, (row) => withFeatures(views, row)),
}

/** Small steps and shallow trees: a thousand rows overfit anything bolder. */
function boosted(
  views: Views,
  training: readonly number[],
  random: () => number,
  valuesOf: (row: number) => readonly number[],
): (row: number) => number {
  const labels = training.map((row) => onlyEdgeRight(views, row))
  const oddsOf = boostTrees(training.map(valuesOf), labels, {
    rounds: 120,
    shrinkage: 0.05,
    depth: 2,
    minLeaf: 20,
    sample: 0.7,
    random,
  })
  return (row) => oddsOf(valuesOf(row))
}
