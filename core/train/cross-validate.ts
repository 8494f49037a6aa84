// How a recipe does on images that its router has not seen: every row is scored and decided by the router of the
// other folds, threshold and all. Which features a fold's training part has chosen comes with the plan, so that
// recipes are compared on the same folds.

import type { HeldOut } from '../evaluate/held-out.ts'
import { usesFeatures } from './fit/ranker.ts'
import { fitRouter } from './fit-router.ts'
import type { PairData } from './pair-data.ts'
import type { FoldPlan, RouterRecipe } from './router-recipe.ts'

/** A fold's stream of chance is its own, so that more folds change no other. */
export function crossValidate(
  data: PairData,
  recipe: RouterRecipe,
  { foldOf, featuresOf }: FoldPlan,
  randomOf: (fold: number) => () => number,
): HeldOut {
  const count = foldOf.length
  const rows = Array.from(foldOf.keys())
  const scores = new Float64Array(count)
  const offloaded = new Uint8Array(count)
  const sentAfterLocal = new Uint8Array(count)
  const operating = featuresOf.map((features, fold) => {
    const training = rows.filter((row) => foldOf[row] !== fold)
    const router = fitRouter(data, training, { ...recipe, features }, randomOf(fold))
    for (const row of rows) {
      if (foldOf[row] !== fold) continue
      scores[row] = router.rankOf(row)
      offloaded[row] = router.sends(row) ? 1 : 0
      sentAfterLocal[row] = router.sentAfterLocal(row) ? 1 : 0
    }
    return router.operating
  })
  const { kind } = recipe
  return { kind, scores, offloaded, sentAfterLocal, usesFeatures: usesFeatures(kind), operating }
}
