// From profiles to a router and the evaluation that speaks for it (the paper's pre-classifier). The evaluation
// is honest by construction: each fold is scored and decided by a router that was fitted, threshold and all, on
// the other folds. The document itself is fitted on every row and is therefore not the one that was measured,
// but its like. The same data, options and seed give the same bytes: every part draws from its own stream.

import type { Evaluation, PairCosts } from '#contract/evaluation.ts'
import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import type { RouterDocument } from '#contract/router.ts'
import { evaluateRouter, type HeldOut } from '../evaluate/evaluate-router.ts'
import { createRandom } from '../random.ts'
import { decide } from '../route/score.ts'
import { type FitOptions, fitRouter, type RouterRows } from './fit-router.ts'
import { needsEdge } from './needs-edge.ts'
import { stratifiedFolds } from './stratified-folds.ts'

export interface PairData {
  /** n x 29, in the order of `FEATURE_NAMES`. */
  features: readonly (readonly number[])[]
  localRight: Uint8Array
  edgeRight: Uint8Array
  localTopProbability: Float64Array
  costs: PairCosts
}

export interface TrainOptions {
  kind: 'forest' | 'confidence'
  seed: number
  /** Largest share of images that may be offloaded. */
  offloadTarget: number
  folds: number
  trees?: number
  depth?: number
  features?: readonly FeatureName[]
}

/** The paper's forest has depth 4; 100 trees is scikit-learn's default. */
const TREES = 100
const DEPTH = 4

/** Streams of the seed; fold k draws from FIRST_FOLD + k, so more folds change no other part. */
const STREAM = { folds: 0, final: 1, bootstrap: 2, firstFold: 3 }

/** Throws a RangeError for fewer rows than folds, rows of unequal number, or features that are not finite. */
export function trainRouter(
  data: PairData,
  options: TrainOptions,
): { document: RouterDocument; evaluation: Evaluation } {
  const labels = needsEdge(data.localRight, data.edgeRight)
  checkRows(data, labels.length)
  const rows = { ...data, needsEdge: labels }
  const fitOptions = (stream: number): FitOptions => ({
    kind: options.kind,
    offloadTarget: options.offloadTarget,
    trees: options.trees ?? TREES,
    depth: options.depth ?? DEPTH,
    features: options.features ?? RUNTIME_FEATURES,
    random: createRandom(options.seed, stream),
  })
  const foldOf = stratifiedFolds(labels, options.folds, createRandom(options.seed, STREAM.folds))
  const held = holdOut(rows, foldOf, (fold) => fitOptions(STREAM.firstFold + fold))
  const evaluation = evaluateRouter(
    { ...held, needsEdge: labels, localRight: data.localRight, edgeRight: data.edgeRight },
    {
      kind: options.kind,
      isCascade: options.kind === 'confidence',
      folds: options.folds,
      seed: options.seed,
      offloadTarget: options.offloadTarget,
      costs: data.costs,
      random: createRandom(options.seed, STREAM.bootstrap),
    },
  )
  const everyRow = Array.from(labels.keys())
  return { document: fitRouter(rows, everyRow, fitOptions(STREAM.final)).document, evaluation }
}

/** Scores and decides every row by the router of the other folds. */
function holdOut(
  data: RouterRows,
  foldOf: Int32Array,
  optionsOf: (fold: number) => FitOptions,
): Pick<HeldOut, 'scores' | 'offloaded'> {
  const scores = new Float64Array(foldOf.length)
  const offloaded = new Uint8Array(foldOf.length)
  const rows = Array.from(foldOf.keys())
  for (const fold of new Set(foldOf)) {
    const training = rows.filter((row) => foldOf[row] !== fold)
    const { document, scoreOf } = fitRouter(data, training, optionsOf(fold))
    for (const row of rows) {
      if (foldOf[row] !== fold) continue
      scores[row] = scoreOf(row)
      offloaded[row] = decide(scores[row]!, document.threshold) ? 1 : 0
    }
  }
  return { scores, offloaded }
}

function checkRows(data: PairData, count: number): void {
  const counts = { features: data.features.length, localTopProbability: data.localTopProbability.length }
  for (const [name, has] of Object.entries(counts))
    if (has !== count)
      throw new RangeError(`Cannot train router: "${name}" has ${has} rows, expected ${count} as outcomes`)
  for (const [row, values] of data.features.entries()) {
    if (values.length === FEATURE_NAMES.length && values.every(Number.isFinite)) continue
    throw new RangeError(
      `Cannot train router: features of row ${row} are not ${FEATURE_NAMES.length} finite numbers, expected one a name`,
    )
  }
}
