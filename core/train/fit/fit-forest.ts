// The rankers that are a random forest: on image features alone, before local inference (the paper's), or on
// features and what the local answer tells together, after it. Unseen scores are the forest's out-of-bag ones.

import { FEATURES_VERSION, type FeatureName } from '#contract/features.ts'
import type { ConfidenceInput, ForestRouter } from '#contract/router.ts'
import { growForest } from '../../forest/forest.ts'
import { rankTable } from '../../forest/ranked-table.ts'
import { forestScore, scaleRow } from '../../route/forest-score.ts'
import { fitScaler } from '../min-max-scaler.ts'
import { type FitTask, LEARNT_INPUTS, labelsOf, type Ranker, valuesReader } from './ranker.ts'

/** scikit-learn's default, and the paper's depth. */
const TREES = 100
const DEPTH = 4
/** Fewer bootstrap rows than this in a leaf say more about the sample than about images. */
const MIN_LEAF = 5

export interface FittedForest {
  forest: Pick<ForestRouter, 'featuresVersion' | 'features' | 'scaler' | 'trees'>
  scoreOf(row: number): number
  outOfBag: Float64Array
}

export function growOnRows(task: FitTask, inputs: readonly ConfidenceInput[]): FittedForest {
  const { data, rows, recipe, random } = task
  const features: FeatureName[] = [...recipe.features]
  const valuesOf = valuesReader(data, features, inputs)
  const values = rows.map(valuesOf)
  const scaler = fitScaler(values)
  const table = rankTable(
    values.map((row) => scaleRow(scaler, row)),
    labelsOf(data, rows),
  )
  const { trees = TREES, depth = DEPTH } = recipe
  const grown = growForest(table, { trees, depth, minLeaf: MIN_LEAF, random })
  const forest = { featuresVersion: FEATURES_VERSION, features, scaler, trees: grown.trees }
  return { forest, scoreOf: (row) => forestScore(forest, valuesOf(row)), outOfBag: grown.outOfBag }
}

export function fitForest(task: FitTask): Ranker {
  const { forest, scoreOf, outOfBag } = growOnRows(task, [])
  return {
    documentAt: (threshold) => ({ schema: 1, kind: 'forest', threshold, ...forest }),
    rankOf: scoreOf,
    sentAfterLocal: () => false,
    unseen: { scores: outOfBag, sentAfterLocal: 0 },
  }
}

export function fitHybrid(task: FitTask): Ranker {
  const inputs = [...LEARNT_INPUTS]
  const { forest, scoreOf, outOfBag } = growOnRows(task, inputs)
  return {
    documentAt: (threshold) => ({ schema: 1, kind: 'hybrid', threshold, ...forest, inputs }),
    rankOf: scoreOf,
    sentAfterLocal: () => true,
    unseen: { scores: outOfBag, sentAfterLocal: 1 },
  }
}
