// The learners made of trees, by core/forest: a single CART on all features (a base learner of the paper's
// AdaBoost and one-vs-rest) and the random forest that the paper chooses (Figure 12). Scores are shares of
// label 1 in the leaves, weighted so that 0.5 is even odds.

import { balancedWeights, type ClassWeights } from '../forest/best-cut.ts'
import { growTree } from '../forest/cart.ts'
import { growForest } from '../forest/forest.ts'
import { rankTable } from '../forest/ranked-table.ts'
import { treeScore } from '../route/forest-score.ts'
import { constantClassifier, type Learner } from './learner.ts'

export interface TreeOptions {
  depth: number
  minLeaf: number
  /** False under AdaBoost, which weighs rows itself: a base that weighs again minimises another error. */
  balanced: boolean
}

export interface RandomForestOptions {
  trees: number
  depth: number
  minLeaf: number
}

const UNIT_WEIGHTS: ClassWeights = [1, 1]

export function decisionTree({ depth, minLeaf, balanced }: TreeOptions): Learner {
  return (samples, random) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    const { rows, labels } = samples
    const tree = growTree(rankTable(rows, labels), Int32Array.from(rows.keys()), {
      depth,
      minLeaf,
      featuresPerSplit: rows[0]!.length,
      weights: balanced ? balancedWeights(labels) : UNIT_WEIGHTS,
      random,
    })
    return { scoreOf: (row) => treeScore(tree, row) }
  }
}

export function randomForest(options: RandomForestOptions): Learner {
  return (samples, random) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    const { trees } = growForest(rankTable(samples.rows, samples.labels), { ...options, random })
    return { scoreOf: (row) => trees.reduce((sum, tree) => sum + treeScore(tree, row), 0) / trees.length }
  }
}
