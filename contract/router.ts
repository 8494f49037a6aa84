// A router is data: self-contained JSON that any reader can check and replay without the code that trained it.
// Kinds before local inference look at image features alone; kinds after it look at the local model's answer.
// Every kind has a score "how much this image needs the edge" and offloads when score >= threshold.
// Readers accept kinds that they do not know only by refusing the document: a device must never guess.

import { z } from 'zod'
import { FeatureName } from './features.ts'
import type { RouterKind } from './router-kind.ts'

const finite = z.number().refine(Number.isFinite, 'expected a finite number')

/**
 * One CART as flat arrays (node 0 is the root). Inner node: `feature[i] >= 0`, go to `left[i]` when
 * x[feature[i]] <= threshold[i], else to `right[i]`. Leaf: `feature[i] = -1`, `value[i]` = P(needs edge).
 * Children always have a larger index than their parent, so every walk ends.
 */
export const Tree = z
  .object({
    feature: z.array(z.number().int().min(-1)).min(1).max(1_000_000),
    threshold: z.array(finite),
    left: z.array(z.number().int()),
    right: z.array(z.number().int()),
    value: z.array(z.number().min(0).max(1)),
  })
  .superRefine((tree, ctx) => {
    const n = tree.feature.length
    for (const key of ['threshold', 'left', 'right', 'value'] as const)
      if (tree[key].length !== n)
        return ctx.addIssue({ code: 'custom', path: [key], message: `expected ${n} entries as in feature` })
    for (let i = 0; i < n; i++) {
      if (tree.feature[i] === -1) continue
      for (const key of ['left', 'right'] as const) {
        const child = tree[key][i] as number
        if (child <= i || child >= n)
          return ctx.addIssue({
            code: 'custom',
            path: [key, i],
            message: `is ${child}, expected a child index above ${i} and below ${n}`,
          })
      }
    }
  })
export type Tree = z.infer<typeof Tree>

/** Min-max scaling fitted on the training part only; x' = (x - min) / (max - min), 0 where max = min. */
export const Scaler = z.object({ min: z.array(finite), max: z.array(finite) })
export type Scaler = z.infer<typeof Scaler>

const common = {
  schema: z.literal(1),
  /** Offload when score >= threshold. Above every score (2) never, below every score (-1) always. */
  threshold: finite,
}

const AlwaysLocal = z.object({ ...common, kind: z.literal('always-local') })
const AlwaysEdge = z.object({ ...common, kind: z.literal('always-edge') })
/** Score is a uniform number in [0, 1) that the caller draws; the offload share is 1 - threshold. */
const Random = z.object({ ...common, kind: z.literal('random') })
/** Before local inference. Score: mean leaf value over the trees, on the scaled features in `features`. */
const Forest = z.object({
  ...common,
  kind: z.literal('forest'),
  featuresVersion: z.number().int(),
  features: z.array(FeatureName).min(1),
  scaler: Scaler,
  trees: z.array(Tree).min(1).max(2000),
})
/** After local inference. Score: 1 - max softmax. */
const Confidence = z.object({ ...common, kind: z.literal('confidence') })

export const RouterDocument = z
  .discriminatedUnion('kind', [AlwaysLocal, AlwaysEdge, Random, Forest, Confidence])
  .superRefine((router, ctx) => {
    if (router.kind !== 'forest') return
    const n = router.features.length
    for (const key of ['min', 'max'] as const)
      if (router.scaler[key].length !== n)
        ctx.addIssue({ code: 'custom', path: ['scaler', key], message: `expected ${n} numbers` })
    router.trees.forEach((tree, t) => {
      const bad = tree.feature.findIndex((f) => f >= n)
      if (bad >= 0)
        ctx.addIssue({
          code: 'custom',
          path: ['trees', t, 'feature', bad],
          message: `is ${tree.feature[bad]}, expected below ${n}`,
        })
    })
  })
export type RouterDocument = z.infer<typeof RouterDocument>
export type ForestRouter = z.infer<typeof Forest>

/** The kinds that decide before the local model has run, and so save its cost on what they send away. */
export const PRE_ROUTER_KINDS: readonly RouterKind[] = ['always-local', 'always-edge', 'random', 'forest']
