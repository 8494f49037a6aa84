// A forest from elsewhere as a router of this pair: its threshold is set by the policy, and it is judged on the pair's
// images like a router that was trained here. It was fitted on none of them (whoever imports it says so), so its
// scores on all of them are held-out scores; only the threshold is set by the folds that do not judge it.

import { FEATURE_NAMES, FEATURES_VERSION, type FeatureName } from '#contract/features.ts'
import type { Duplicates } from '#contract/results/evaluation-options.ts'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import type { ForestRouter, Tree } from '#contract/router.ts'
import { createRandom } from '#core/random.ts'
import { evaluationOf } from '#core/report/evaluation-of.ts'
import { judgeRouters } from '#core/report/judge-routers.ts'
import { type PairPlan, planFolds } from '#core/report/plan-folds.ts'
import { SEED_STREAM } from '#core/report/seed-stream.ts'
import { forestScore } from '#core/route/forest-score.ts'
import { decide } from '#core/route/score.ts'
import { type SetThreshold, setThreshold } from '#core/threshold/set-threshold.ts'
import { crossValidate } from '#core/train/cross-validate.ts'
import { scoredRows } from '#core/train/fit/ranker.ts'
import type { PairData } from '#core/train/pair-data.ts'
import type { TrainedRouter } from '#core/train/train-router.ts'

export interface NamedForest {
  readonly trees: Tree[]
  /** What the trees count, raw values. */
  readonly features: readonly FeatureName[]
}

export interface JudgeForestOptions {
  readonly policy: ThresholdPolicy
  readonly folds: number
  readonly seed: number
  readonly duplicates: Duplicates
}

/** Throws a RangeError as training does: for fewer rows than folds, and pictures in several folds. */
export function judgeForest(
  given: PairData,
  forest: NamedForest,
  options: JudgeForestOptions,
): TrainedRouter {
  const { policy, folds, seed, duplicates } = options
  const plan = planFolds(given, { folds, seed, duplicates, featureChoice: 'paper', needsFeatures: false })
  const scaler = { min: forest.features.map(() => 0), max: forest.features.map(() => 1) }
  const columns = forest.features.map((name) => FEATURE_NAMES.indexOf(name))
  const scores = Float64Array.from(plan.data.features, (row) =>
    forestScore(
      { trees: forest.trees, scaler },
      columns.map((column) => row[column]!),
    ),
  )
  const recipe = { kind: 'forest', policy } as const
  const randomOf = (fold: number) => createRandom(seed, SEED_STREAM.firstFold + fold)
  const pair = judgeRouters([heldOut(plan, scores, policy)], {
    answers: plan.data,
    costs: plan.data.costs,
    confidence: crossValidate(plan.data, { ...recipe, kind: 'confidence' }, plan, randomOf),
    random: createRandom(seed, SEED_STREAM.bootstrap),
  })
  const all = thresholdOn(plan, scores, policy, () => true)
  const document: ForestRouter = {
    ...{ schema: 1, kind: 'forest', threshold: all.threshold },
    ...{ featuresVersion: FEATURES_VERSION, features: [...forest.features], scaler, trees: forest.trees },
  }
  const facts = { folds, seed, policy, operating: all.operating, featureSelection: null }
  return { document, evaluation: evaluationOf(pair.routers[0]!, pair, facts) }
}

function heldOut(plan: PairPlan, scores: Float64Array, policy: ThresholdPolicy) {
  const offloaded = new Uint8Array(scores.length)
  const operating = plan.featuresOf.map((_, fold) => {
    const set = thresholdOn(plan, scores, policy, (row) => plan.foldOf[row] !== fold)
    for (const [row, score] of scores.entries())
      if (plan.foldOf[row] === fold) offloaded[row] = decide(score, set.threshold) ? 1 : 0
    return set.operating
  })
  const sentAfterLocal = new Uint8Array(scores.length)
  return { kind: 'forest' as const, scores, offloaded, sentAfterLocal, usesFeatures: true, operating }
}

function thresholdOn(
  { data }: PairPlan,
  scores: Float64Array,
  policy: ThresholdPolicy,
  isIn: (row: number) => boolean,
): SetThreshold {
  const rows = [...scores.keys()].filter(isIn)
  const unseen = { scores: rows.map((row) => scores[row]!), sentAfterLocal: 0 } as const
  const task = { data, recipe: { kind: 'forest', policy, features: [] } } as const
  return setThreshold(scoredRows(task, rows, unseen), policy)
}
