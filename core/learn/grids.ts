// What the paper tries of each of its four learners (Figures 11 to 14). It lands on K = 9 neighbours and a forest
// of depth 4. Where bases are weighed by AdaBoost they do not weigh classes themselves; elsewhere they do.

import type { LearnerName } from '#contract/results/learner-figures.ts'
import { adaBoost } from './ada-boost.ts'
import { knn } from './knn.ts'
import type { Learner } from './learner.ts'
import { linearSvm } from './linear/linear-svm.ts'
import { logisticRegression } from './linear/logistic-regression.ts'
import { naiveBayes } from './naive-bayes.ts'
import { oneVsRest } from './one-vs-rest.ts'
import { decisionTree, randomForest } from './tree-learners.ts'

export interface GridEntry {
  learner: LearnerName
  /** For people, as `K = 9`. */
  setting: string
  build: () => Learner
  /** A cheaper stand-in that ranks settings as `build` does; tuning takes it where there is one. */
  buildForTuning?: () => Learner
}

const NEIGHBOURS = [1, 3, 5, 7, 9, 11, 13, 15]
const DEPTHS = [2, 3, 4, 5, 6, 8, 10]
/** As a router's forest; three times as many gained 0.002 of AUC. */
const TREES = 100
/** All depths lost about the same by it, 0.003 of AUC, and tuning is most of the time. */
const TREES_FOR_TUNING = 40
/** Fewer rows than this in a leaf say more about the sample than about images. */
const MIN_LEAF = 5
/** Every round is a fit. Linear SVM and naive Bayes end by themselves after some ten. */
const ROUNDS = 25
/** The depth that the paper chooses for its forest. */
const TREE_DEPTH = 4

function boosted(setting: string, base: Learner): GridEntry {
  return { learner: 'adaboost', setting, build: () => adaBoost({ base, rounds: ROUNDS }) }
}

function againstRest(setting: string, base: Learner): GridEntry {
  return { learner: 'one-vs-rest', setting, build: () => oneVsRest({ base }) }
}

export const GRIDS: Readonly<Record<LearnerName, readonly GridEntry[]>> = {
  knn: NEIGHBOURS.map((k) => ({ learner: 'knn', setting: `K = ${k}`, build: () => knn(k) })),
  'random-forest': DEPTHS.map((depth) => ({
    learner: 'random-forest',
    setting: `depth ${depth}`,
    build: () => randomForest({ trees: TREES, depth, minLeaf: MIN_LEAF }),
    buildForTuning: () => randomForest({ trees: TREES_FOR_TUNING, depth, minLeaf: MIN_LEAF }),
  })),
  adaboost: [
    boosted('tree stump', decisionTree({ depth: 1, minLeaf: MIN_LEAF, balanced: false })),
    boosted('linear SVM', linearSvm({ c: 1, balanced: false })),
    boosted('naive Bayes', naiveBayes()),
  ],
  'one-vs-rest': [
    againstRest('linear SVM', linearSvm({ c: 1 })),
    againstRest('logistic regression', logisticRegression({ l2: 1 })),
    againstRest('naive Bayes', naiveBayes()),
    againstRest('tree', decisionTree({ depth: TREE_DEPTH, minLeaf: MIN_LEAF, balanced: true })),
  ],
}
