// One router fitted on some rows: everything that may be learnt from rows, scaler, forest, coefficients and
// threshold, is learnt from these alone. Cross-validation calls it on training parts, the final router on all
// rows. Thresholds are set on scores that the rows had no hand in. For a guarantee out-of-bag scores are not
// independent enough: each row still shaped most of the trees that score the others. So a kind that learns is
// fitted on one half of the rows, stratified, and certified on the other, which it has never seen.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import type { RouterDocument } from '#contract/router.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import { decide } from '../route/score.ts'
import { ALWAYS, NEVER, type ScoredRows } from '../threshold/routed-point.ts'
import { judgeThreshold, setThreshold } from '../threshold/set-threshold.ts'
import { fitForest, fitHybrid } from './fit/fit-forest.ts'
import { fitLogistic } from './fit/fit-logistic.ts'
import { fitAnswer, fitRandom } from './fit/fit-plain.ts'
import { fitTwoStage } from './fit/fit-two-stage.ts'
import { type FitRecipe, type FitTask, labelsOf, type Ranker, scoredRows } from './fit/ranker.ts'
import type { PairData } from './pair-data.ts'
import { stratifiedFolds } from './stratified-folds.ts'

export interface FittedRouter {
  document: RouterDocument
  /** What the policy came to on the rows that the threshold was set on. */
  operating: OperatingPoint
  /** Of any row of the data, seen or not: higher goes to the edge first. */
  rankOf(row: number): number
  sends(row: number): boolean
  /** Has the local model run before this row could be sent? */
  sentAfterLocal(row: number): boolean
}

/** Throws a RangeError for no rows where the kind learns from them. */
export function fitRouter(
  data: PairData,
  rows: readonly number[],
  recipe: FitRecipe,
  random: () => number,
): FittedRouter {
  const task = { data, rows, recipe, random }
  if (recipe.kind === 'always-local') return fitConstant(task, 'always-local', NEVER)
  if (recipe.kind === 'always-edge') return fitConstant(task, 'always-edge', ALWAYS)
  const { ranker, calibration } = rankAndCalibrate(task)
  const { threshold, operating } = setThreshold(calibration, recipe.policy)
  const { rankOf, sentAfterLocal } = ranker
  return {
    document: ranker.documentAt(threshold),
    operating,
    rankOf,
    sends: (row) => decide(rankOf(row), threshold),
    sentAfterLocal,
  }
}

/** Nothing to learn, no score, no choice of threshold: the policy is only told what it comes to. */
function fitConstant(
  task: FitTask,
  kind: 'always-local' | 'always-edge',
  threshold: typeof NEVER | typeof ALWAYS,
): FittedRouter {
  const scores = new Float64Array(task.rows.length)
  const rows = scoredRows(task, task.rows, { scores, sentAfterLocal: 0 })
  return {
    document: { schema: 1, kind, threshold },
    operating: judgeThreshold(rows, threshold, task.recipe.policy).operating,
    rankOf: () => 0,
    sends: () => threshold === ALWAYS,
    sentAfterLocal: () => false,
  }
}

const LEARNS: readonly RouterKind[] = ['forest', 'logistic', 'hybrid', 'two-stage']

function rankAndCalibrate(task: FitTask): { ranker: Ranker; calibration: ScoredRows } {
  const { rows, recipe } = task
  if (recipe.policy.by !== 'guarantee' || !LEARNS.includes(recipe.kind)) {
    const ranker = fitRanker(task)
    return { ranker, calibration: scoredRows(task, rows, ranker.unseen) }
  }
  const halfOf = halves(task)
  const ranker = fitRanker({ ...task, rows: rows.filter((_, i) => halfOf[i] === 0) })
  const others = rows.filter((_, i) => halfOf[i] === 1)
  const scores = others.map((row) => Math.min(NEVER, ranker.rankOf(row)))
  const sentAfterLocal = others.map((row) => (ranker.sentAfterLocal(row) ? 1 : 0))
  return { ranker, calibration: scoredRows(task, others, { scores, sentAfterLocal }) }
}

/** A lone row is for fitting: nothing is certified then. */
function halves({ data, rows, random }: FitTask): Int32Array {
  return rows.length < 2 ? new Int32Array(rows.length) : stratifiedFolds(labelsOf(data, rows), 2, random)
}

function fitRanker(task: FitTask): Ranker {
  const { kind } = task.recipe
  switch (kind) {
    case 'random':
      return fitRandom(task)
    case 'confidence':
    case 'margin':
    case 'entropy':
      return fitAnswer(task, kind)
    case 'forest':
      return fitForest(task)
    case 'logistic':
      return fitLogistic(task)
    case 'hybrid':
      return fitHybrid(task)
    case 'two-stage':
      return fitTwoStage(task)
    default:
      throw new RangeError(`Cannot fit router "${kind}": has nothing to fit, expected a kind that ranks`)
  }
}
