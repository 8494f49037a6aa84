// From profiles to a router and the evaluation that speaks for it (the paper's pre-classifier). The evaluation
// is honest by construction: each fold is scored and decided by a router that was fitted, features, threshold and
// all, on the other folds. The document itself is fitted on every row and is therefore not the one that was measured,
// but its like. The same data, options and seed give the same bytes: every part draws from its own stream.

import type { Evaluation } from '#contract/results/evaluation.ts'
import type { Duplicates } from '#contract/results/evaluation-options.ts'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import type { FeatureChoice } from '#contract/results/pair-report.ts'
import type { RouterDocument } from '#contract/router.ts'
import { createRandom } from '../random.ts'
import { evaluationOf } from '../report/evaluation-of.ts'
import { judgeRouters } from '../report/judge-routers.ts'
import { planFoldsBySteps } from '../report/plan-folds.ts'
import { SEED_STREAM } from '../report/seed-stream.ts'
import { type BySteps, runSteps, step } from '../steps.ts'
import { crossValidateBySteps } from './cross-validate.ts'
import { usesFeatures } from './fit/ranker.ts'
import { fitRouter } from './fit-router.ts'
import type { PairData } from './pair-data.ts'
import type { RouterRecipe } from './router-recipe.ts'

export interface TrainOptions extends RouterRecipe {
  seed: number
  folds: number
  /** `paper`: the seven of the paper. `nested`: chosen inside each fold, and on all images for the document. */
  featureChoice: FeatureChoice
  /** What to do about images of equal pixels; they are refused where left out. */
  duplicates?: Duplicates
}

export interface TrainedRouter {
  document: RouterDocument
  evaluation: Evaluation
  /** How the document's features were chosen; only where they were. */
  selection?: FeatureSelection
}

/**
 * Throws a RangeError for fewer rows than folds, rows of unequal number, features that are not finite, a policy that
 * asks for no share, and pictures in several folds.
 */
export const trainRouter = (given: PairData, options: TrainOptions): TrainedRouter =>
  runSteps(trainRouterBySteps(given, options))

/** A step a choice of features and a fold; the router itself is fitted at the end. */
export function* trainRouterBySteps(given: PairData, options: TrainOptions): BySteps<TrainedRouter> {
  const { kind, policy, trees, depth, seed, folds, featureChoice, duplicates = 'refuse' } = options
  const recipe: RouterRecipe = {
    kind,
    policy,
    ...(trees === undefined ? {} : { trees }),
    ...(depth === undefined ? {} : { depth }),
  }
  const plan = yield* planFoldsBySteps(given, {
    ...{ folds, seed, featureChoice, duplicates },
    needsFeatures: usesFeatures(kind),
  })
  const { data } = plan
  const randomOf = (fold: number) => createRandom(seed, SEED_STREAM.firstFold + fold)
  const held = yield* crossValidateBySteps(data, recipe, plan, randomOf)
  const confidence =
    kind === 'confidence'
      ? held
      : yield* crossValidateBySteps(data, { kind: 'confidence', policy }, plan, randomOf)
  const random = createRandom(seed, SEED_STREAM.bootstrap)
  const against = { answers: data, costs: data.costs, confidence, random }
  const pair = yield* step('resample', () => judgeRouters([held], against))
  const final = yield* step('router/final', () => {
    const everyRow = Array.from(plan.labels.keys())
    const own = { ...recipe, features: plan.featuresOfAll }
    const { document, operating } = fitRouter(data, everyRow, own, createRandom(seed, SEED_STREAM.final))
    return { document, operating }
  })
  const selection = plan.selectionOfAll
  const evaluation = evaluationOf(pair.routers[0]!, pair, {
    folds,
    seed,
    policy,
    operating: final.operating,
    featureSelection: selection,
  })
  return { document: final.document, evaluation, ...(selection === null ? {} : { selection }) }
}
