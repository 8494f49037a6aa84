// The whole report of one pair on one data set: every kind of router cross-validated on the same folds, judged on the
// same resamples, beside the ways that need no router; how features were chosen; how the paper's learners compare.
// Every figure of a router comes from images that it has not seen.

import { FEATURE_NAMES } from '#contract/features.ts'
import type { Duplicates } from '#contract/results/evaluation-options.ts'
import type { LearnerFigures } from '#contract/results/learner-figures.ts'
import type { FeatureChoice, PairReport } from '#contract/results/pair-report.ts'
import type { RouterFigures } from '#contract/results/router-figures.ts'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterKind } from '#contract/router-kind.ts'
import type { HeldOut } from '../evaluate/held-out.ts'
import { compareLearnersBySteps } from '../learn/compare-learners.ts'
import { createRandom } from '../random.ts'
import { type BySteps, runSteps, step } from '../steps.ts'
import { crossValidateBySteps } from '../train/cross-validate.ts'
import { usesFeatures } from '../train/fit/ranker.ts'
import type { PairData } from '../train/pair-data.ts'
import { findings } from './findings.ts'
import { type JudgedPair, type JudgedRouter, judgeRouters } from './judge-routers.ts'
import { type PairPlan, planFoldsBySteps } from './plan-folds.ts'
import { SEED_STREAM } from './seed-stream.ts'
import { strategyTable } from './strategy-table.ts'
import { BASELINE_KINDS, verdict } from './verdict.ts'

export interface EvaluatePairOptions {
  localModel: string
  edgeModel: string
  dataset: string
  /** All that look at the image or at the local answer where left out. */
  kinds?: readonly RouterKind[]
  policy: ThresholdPolicy
  folds: number
  seed: number
  featureChoice: FeatureChoice
  /** Compare the paper's learners too? */
  learners?: boolean
  duplicates: Duplicates
}

export type OnStage = (stage: string, done: number, total: number) => void

/** The grids are tuned on this many folds within each training part. */
const INNER_FOLDS = 5

type Arguments = [given: PairData, options: EvaluatePairOptions, onProgress?: OnStage]

/** Throws a RangeError for data that do not fit together and for pictures in several folds. */
export const evaluatePair = (...given: Arguments): PairReport => runSteps(evaluatePairBySteps(...given))

/** Hours on 50,000 images: a step a choice of features, fold of a kind, and fold of a learner. */
export function* evaluatePairBySteps(
  ...[given, options, onProgress = () => {}]: Arguments
): BySteps<PairReport> {
  const kinds = options.kinds ?? RouterKind.options.filter((kind) => !BASELINE_KINDS.includes(kind))
  const needsFeatures = options.learners === true || kinds.some(usesFeatures)
  const plan = yield* planFoldsBySteps(given, { ...options, needsFeatures }, (done, total) =>
    onProgress('choose features', done, total),
  )
  const held = yield* holdOut(plan, kinds, options, onProgress)
  onProgress('resample', 0, 1)
  const pair = yield* step('resample', () =>
    judgeRouters(
      kinds.map((kind) => held.get(kind)!),
      {
        answers: plan.data,
        costs: plan.data.costs,
        confidence: held.get('confidence')!,
        random: createRandom(options.seed, SEED_STREAM.bootstrap),
      },
    ),
  )
  onProgress('resample', 1, 1)
  const learners = options.learners === true ? yield* learnersOf(plan, options.seed, onProgress) : []
  return reportOf(plan, pair, { ...options, learners })
}

/** Confidence always among them: all are compared with it. */
function* holdOut(
  plan: PairPlan,
  kinds: readonly RouterKind[],
  { policy, seed }: EvaluatePairOptions,
  onProgress: OnStage,
): BySteps<Map<RouterKind, HeldOut>> {
  const wanted = [...new Set([...kinds, 'confidence' as const])]
  const randomOf = (fold: number) => createRandom(seed, SEED_STREAM.firstFold + fold)
  const held = new Map<RouterKind, HeldOut>()
  for (const kind of wanted) {
    held.set(kind, yield* crossValidateBySteps(plan.data, { kind, policy }, plan, randomOf))
    onProgress('cross-validate routers', held.size, wanted.length)
  }
  return held
}

function* learnersOf(
  { data, labels, foldOf, featuresOf }: PairPlan,
  seed: number,
  onProgress: OnStage,
): BySteps<LearnerFigures[]> {
  const folds = featuresOf.map((features, fold) => {
    const columns = features.map((name) => FEATURE_NAMES.indexOf(name))
    const part = (isTest: boolean) => {
      const rows = [...labels.keys()].filter((row) => (foldOf[row] === fold) === isTest)
      return {
        rows: rows.map((row) => Float64Array.from(columns, (column) => data.features[row]![column]!)),
        labels: Uint8Array.from(rows, (row) => labels[row]!),
      }
    }
    return { train: part(false), test: part(true) }
  })
  const fewest = Math.min(...folds.map(({ train }) => train.labels.length))
  return yield* compareLearnersBySteps(folds, {
    innerFolds: Math.min(INNER_FOLDS, fewest),
    random: createRandom(seed, SEED_STREAM.learners),
    onProgress: (done, total) => onProgress('compare learners', done, total),
  })
}

function reportOf(
  plan: PairPlan,
  pair: JudgedPair,
  options: Omit<EvaluatePairOptions, 'learners'> & { learners: LearnerFigures[] },
): PairReport {
  const { localModel, edgeModel, dataset, folds, seed, featureChoice, learners } = options
  const { duplicatesLeftOut, featuresOf } = plan
  const counts = FEATURE_NAMES.map((feature) => ({
    feature,
    folds: featuresOf.filter((features) => features.includes(feature)).length,
  }))
  return {
    schema: 1,
    localModel,
    edgeModel,
    dataset,
    images: pair.images,
    duplicatesLeftOut,
    folds,
    seed,
    featureChoice,
    shares: pair.shares,
    costs: pair.costs,
    randomAudc: pair.randomAudc,
    oracleAudc: pair.oracleAudc,
    strategies: strategyTable(pair),
    routers: pair.routers.map((router) => figuresOf(router, pair)),
    featureSelections: plan.selections,
    selectionOfAll: plan.selectionOfAll,
    featureCounts: counts.filter((count) => count.folds > 0),
    learners,
    findings: findings(pair, { duplicatesLeftOut, knowsPixels: plan.data.pixelDigests !== null }),
  }
}

function figuresOf(router: JudgedRouter, pair: JudgedPair): RouterFigures {
  const { held, isCascade, auc, audc, dgc, dgcOverConfidence, curve, equalEnergy } = router
  return {
    kind: held.kind,
    isCascade,
    operating: [...held.operating],
    auc,
    audc,
    dgc,
    dgcOverConfidence,
    curve,
    equalEnergy,
    verdict: verdict(router, pair),
  }
}
