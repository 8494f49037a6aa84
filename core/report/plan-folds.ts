// What every honest evaluation of a pair begins with, whichever routers it judges: rows that fit together, no picture
// on both sides of a fold, stratified folds, and the features that each fold's training part has chosen by itself. All
// routers are then judged on the same folds. Choosing features on all images is for the router that is deployed, and
// nothing is measured with that choice.

import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import type { Duplicates } from '#contract/results/evaluation-options.ts'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import type { FeatureChoice } from '#contract/results/pair-report.ts'
import { createRandom } from '../random.ts'
import { chooseFeatures } from '../rank-features/choose-features.ts'
import { type BySteps, runSteps, step } from '../steps.ts'
import { findLeaks, firstOfEachPixels, leakWords } from '../train/leaks.ts'
import { needsEdge } from '../train/needs-edge.ts'
import type { PairData } from '../train/pair-data.ts'
import type { FoldPlan } from '../train/router-recipe.ts'
import { stratifiedFolds } from '../train/stratified-folds.ts'
import { SEED_STREAM } from './seed-stream.ts'

export interface PlanOptions {
  folds: number
  seed: number
  featureChoice: FeatureChoice
  duplicates: Duplicates
  /** Is there anything that reads features? Choosing them costs most of the time. */
  needsFeatures: boolean
}

export interface PairPlan extends FoldPlan {
  /** Without duplicates where those were left out. */
  data: PairData
  /** 1 where the edge is needed. */
  labels: Uint8Array
  duplicatesLeftOut: number
  /** For a router that is fitted on all images. */
  featuresOfAll: readonly FeatureName[]
  /** By fold; empty where features were given or nothing reads any. */
  selections: FeatureSelection[]
  selectionOfAll: FeatureSelection | null
}

type Arguments = [given: PairData, options: PlanOptions, onProgress?: (done: number, total: number) => void]

/** Throws a RangeError for rows that do not fit together, fewer rows than folds, and pictures in several folds. */
export const planFolds = (...given: Arguments): PairPlan => runSteps(planFoldsBySteps(...given))

/** A step a choice of features. */
export function* planFoldsBySteps(...[given, options, onProgress]: Arguments): BySteps<PairPlan> {
  checkRows(given)
  const data = options.duplicates === 'leave-out' ? withoutDuplicates(given) : given
  const labels = needsEdge(data.localRight, data.edgeRight)
  const foldOf = stratifiedFolds(labels, options.folds, createRandom(options.seed, SEED_STREAM.folds))
  const leaks = findLeaks({ foldOf, pixelDigests: data.pixelDigests, chosenOn: null })
  if (leaks.length > 0) throw new RangeError(`Cannot judge routers: ${leakWords(leaks)}`)
  const duplicatesLeftOut = given.localRight.length - labels.length
  const folds = Array.from({ length: options.folds }, (_, fold) => fold)
  const common = { data, labels, foldOf, duplicatesLeftOut }
  if (options.featureChoice === 'paper' || !options.needsFeatures)
    return {
      ...common,
      featuresOf: folds.map(() => RUNTIME_FEATURES),
      featuresOfAll: RUNTIME_FEATURES,
      selections: [],
      selectionOfAll: null,
    }
  const choose = (heldOut: number | null) => {
    const rows = [...labels.keys()].filter((row) => foldOf[row] !== heldOut)
    const samples = {
      rows: rows.map((row) => data.features[row]!),
      labels: Uint8Array.from(rows, (row) => labels[row]!),
    }
    const stream = heldOut === null ? SEED_STREAM.choiceOfAll : SEED_STREAM.firstChoice + heldOut
    return chooseFeatures(samples, { seed: options.seed, stream })
  }
  const selections: FeatureSelection[] = []
  for (const fold of folds) {
    selections.push(yield* step(`features/fold-${fold}`, () => choose(fold)))
    onProgress?.(fold + 1, folds.length + 1)
  }
  const selectionOfAll = yield* step('features/all', () => choose(null))
  onProgress?.(folds.length + 1, folds.length + 1)
  return {
    ...common,
    featuresOf: selections.map((selection) => selection.selected),
    featuresOfAll: selectionOfAll.selected,
    selections,
    selectionOfAll,
  }
}

function withoutDuplicates(data: PairData): PairData {
  if (data.pixelDigests === null) return data
  const rows = firstOfEachPixels(data.pixelDigests)
  if (rows.length === data.localRight.length) return data
  return {
    features: rows.map((row) => data.features[row]!),
    localRight: Uint8Array.from(rows, (row) => data.localRight[row]!),
    edgeRight: Uint8Array.from(rows, (row) => data.edgeRight[row]!),
    localTop: rows.map((row) => data.localTop[row]!),
    pixelDigests: rows.map((row) => data.pixelDigests![row]!),
    costs: data.costs,
  }
}

function checkRows(data: PairData): void {
  const count = needsEdge(data.localRight, data.edgeRight).length
  const counts = {
    features: data.features.length,
    localTop: data.localTop.length,
    pixelDigests: data.pixelDigests?.length ?? count,
  }
  for (const [name, has] of Object.entries(counts))
    if (has !== count)
      throw new RangeError(`Cannot judge routers: "${name}" has ${has} rows, expected ${count} as outcomes`)
  for (const [row, values] of data.features.entries()) {
    if (values.length === FEATURE_NAMES.length && values.every(Number.isFinite)) continue
    throw new RangeError(
      `Cannot judge routers: features of row ${row} are not ${FEATURE_NAMES.length} finite numbers, expected one a name`,
    )
  }
  for (const [row, top] of data.localTop.entries())
    if (top.length === 0 || !top.every(Number.isFinite))
      throw new RangeError(
        `Cannot judge routers: the local answer of row ${row} is [${top}], expected one finite probability or more`,
      )
}
