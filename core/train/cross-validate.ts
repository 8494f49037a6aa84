// How a recipe does on images that its router has not seen: every row is scored and decided by the router of the
// other folds, threshold and all. Which features a fold's training part has chosen comes with the plan, so that
// recipes are compared on the same folds.

import type { HeldOut } from '../evaluate/held-out.ts'
import { type BySteps, runSteps, step } from '../steps.ts'
import { usesFeatures } from './fit/ranker.ts'
import { fitRouter } from './fit-router.ts'
import type { PairData } from './pair-data.ts'
import type { FoldPlan, RouterRecipe } from './router-recipe.ts'

type Arguments = [
  data: PairData,
  recipe: RouterRecipe,
  plan: FoldPlan,
  /** A fold's stream of chance is its own, so that more folds change no other. */
  randomOf: (fold: number) => () => number,
]

export const crossValidate = (...given: Arguments): HeldOut => runSteps(crossValidateBySteps(...given))

/** A step a fold, named by the recipe's kind. */
export function* crossValidateBySteps(...[data, recipe, plan, randomOf]: Arguments): BySteps<HeldOut> {
  const { kind } = recipe
  const count = plan.foldOf.length
  const scores = new Float64Array(count)
  const offloaded = new Uint8Array(count)
  const sentAfterLocal = new Uint8Array(count)
  const operating = []
  for (const [fold, features] of plan.featuresOf.entries()) {
    const judged = yield* step(`router/${kind}/fold-${fold}`, () =>
      judgeFold(data, { ...recipe, features }, { foldOf: plan.foldOf, fold }, randomOf(fold)),
    )
    for (const [i, row] of rowsOf(plan.foldOf, fold, true).entries()) {
      scores[row] = judged.scores[i]!
      offloaded[row] = judged.offloaded[i]!
      sentAfterLocal[row] = judged.sentAfterLocal[i]!
    }
    operating.push(judged.operating)
  }
  return { kind, scores, offloaded, sentAfterLocal, usesFeatures: usesFeatures(kind), operating }
}

function rowsOf(foldOf: FoldPlan['foldOf'], fold: number, isHeldOut: boolean): number[] {
  return Array.from(foldOf.keys()).filter((row) => (foldOf[row] === fold) === isHeldOut)
}

/** By held-out row, in their order. */
function judgeFold(
  data: PairData,
  recipe: Parameters<typeof fitRouter>[2],
  { foldOf, fold }: { foldOf: FoldPlan['foldOf']; fold: number },
  random: () => number,
) {
  const router = fitRouter(data, rowsOf(foldOf, fold, false), recipe, random)
  const heldOut = rowsOf(foldOf, fold, true)
  return {
    scores: Float64Array.from(heldOut, router.rankOf),
    offloaded: Uint8Array.from(heldOut, (row) => (router.sends(row) ? 1 : 0)),
    sentAfterLocal: Uint8Array.from(heldOut, (row) => (router.sentAfterLocal(row) ? 1 : 0)),
    operating: router.operating,
  }
}
