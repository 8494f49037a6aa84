// For every kind of router: a held-out row is treated as the router of the other folds would, untouched by its own outcome.

import { describe, expect, it } from 'vitest'
import { RUNTIME_FEATURES } from '#contract/features.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { createRandom } from '#core/random.ts'
import { crossValidate } from '#core/train/cross-validate.ts'
import { fitRouter } from '#core/train/fit-router.ts'
import { needsEdge } from '#core/train/needs-edge.ts'
import type { PairData } from '#core/train/pair-data.ts'
import type { FoldPlan } from '#core/train/router-recipe.ts'
import { stratifiedFolds } from '#core/train/stratified-folds.ts'
import { syntheticPair } from './synthetic-pair.ts'

const FOLDS = 4
const data = syntheticPair(160, { signal: 0.9, seed: 21 })
const rows = Array.from(data.localRight.keys())
const plan: FoldPlan = {
  foldOf: stratifiedFolds(needsEdge(data.localRight, data.edgeRight), FOLDS, createRandom(1)),
  // Folds may have chosen different features.
  featuresOf: Array.from({ length: FOLDS }, (_, fold) => RUNTIME_FEATURES.slice(fold)),
}
const randomOf = (fold: number) => createRandom(5, fold)
const policy = { by: 'offload', target: 0.3 } as const

describe.each(RouterKind.options)('crossValidate() of kind %s', (kind) => {
  const recipe = { kind, policy, trees: 10 }
  const held = crossValidate(data, recipe, plan, randomOf)

  it('treats every row as the router of the other folds does', () => {
    for (let fold = 0; fold < FOLDS; fold++) {
      const training = rows.filter((row) => plan.foldOf[row] !== fold)
      const features = plan.featuresOf[fold]!
      const router = fitRouter(data, training, { ...recipe, features }, randomOf(fold))
      expect(held.operating[fold]).toEqual(router.operating)
      for (const row of rows.filter((one) => plan.foldOf[one] === fold)) {
        expect(held.scores[row]).toBe(router.rankOf(row))
        expect(held.offloaded[row]).toBe(router.sends(row) ? 1 : 0)
        expect(held.sentAfterLocal[row]).toBe(router.sentAfterLocal(row) ? 1 : 0)
      }
    }
  })

  it('does not let a fold’s outcomes touch its own scores, decisions or threshold', () => {
    const flip = (right: Uint8Array) => right.map((one, row) => (plan.foldOf[row] === 2 ? 1 - one : one))
    const changed: PairData = { ...data, localRight: flip(data.localRight), edgeRight: flip(data.edgeRight) }
    const again = crossValidate(changed, recipe, plan, randomOf)
    expect(again.operating[2]).toEqual(held.operating[2])
    for (const row of rows.filter((one) => plan.foldOf[one] === 2)) {
      expect(again.scores[row]).toBe(held.scores[row])
      expect(again.offloaded[row]).toBe(held.offloaded[row])
    }
  })
})

it.each([
  ['always-edge', 0, false],
  ['random', 0, false],
  ['forest', 0, true],
  ['confidence', 1, false],
  ['margin', 1, false],
  ['logistic', 1, false],
  ['hybrid', 1, true],
] as const)('crossValidate() of kind %s says what a sending costs', (kind, after, usesFeatures) => {
  const held = crossValidate(data, { kind, policy, trees: 3 }, plan, randomOf)
  expect(new Set(held.sentAfterLocal)).toEqual(new Set([after]))
  expect(held).toMatchObject({ kind, usesFeatures })
})
