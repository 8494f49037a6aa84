// One router fitted on some rows, with everything that may be learnt from rows learnt from these alone: scaler,
// forest and threshold. Cross-validation calls it on training parts, the final router on all rows. The forest's
// threshold is set on out-of-bag scores; confidence learns nothing from the rows but its threshold, so that one
// is a plain quantile of its scores.

import { FEATURE_NAMES, FEATURES_VERSION, type FeatureName } from '#contract/features.ts'
import type { ForestRouter, RouterDocument } from '#contract/router.ts'
import { forestScore, scaleRow } from '../route/forest-score.ts'
import { confidenceScore } from '../route/score.ts'
import { growForest } from '../forest/forest.ts'
import { fitScaler } from './min-max-scaler.ts'
import { rankTable } from '../forest/ranked-table.ts'
import { thresholdForOffload } from './threshold-for-offload.ts'

export interface RouterRows {
  /** n x 29, in the order of `FEATURE_NAMES`. */
  features: readonly (readonly number[])[]
  needsEdge: Uint8Array
  localTopProbability: Float64Array
}

export interface FitOptions {
  kind: 'forest' | 'confidence'
  offloadTarget: number
  trees: number
  depth: number
  features: readonly FeatureName[]
  random: () => number
}

export interface FittedRouter {
  document: RouterDocument
  /** Score of any row of the data, seen or not. */
  scoreOf: (row: number) => number
}

/** Fewer bootstrap rows than this in a leaf say more about the sample than about images. */
const MIN_LEAF = 5

export function fitRouter(data: RouterRows, rows: readonly number[], options: FitOptions): FittedRouter {
  return options.kind === 'forest' ? fitForest(data, rows, options) : fitConfidence(data, rows, options)
}

function fitForest(data: RouterRows, rows: readonly number[], options: FitOptions): FittedRouter {
  const columns = options.features.map((name) => FEATURE_NAMES.indexOf(name))
  const valuesOf = (row: number) => columns.map((column) => data.features[row]![column]!)
  const values = rows.map(valuesOf)
  const scaler = fitScaler(values)
  const table = rankTable(
    values.map((row) => scaleRow(scaler, row)),
    Uint8Array.from(rows, (row) => data.needsEdge[row]!),
  )
  const { trees, outOfBag } = growForest(table, { ...options, minLeaf: MIN_LEAF })
  const document: ForestRouter = {
    schema: 1,
    kind: 'forest',
    threshold: thresholdForOffload(outOfBag, options.offloadTarget),
    featuresVersion: FEATURES_VERSION,
    features: [...options.features],
    scaler,
    trees,
  }
  return { document, scoreOf: (row) => forestScore(document, valuesOf(row)) }
}

function fitConfidence(data: RouterRows, rows: readonly number[], options: FitOptions): FittedRouter {
  const scoreOf = (row: number) => confidenceScore(data.localTopProbability[row]!)
  const threshold = thresholdForOffload(rows.map(scoreOf), options.offloadTarget)
  return { document: { schema: 1, kind: 'confidence', threshold }, scoreOf }
}
