// A router is data: self-contained JSON that any reader can check and replay without the code that trained it.
// Kinds before local inference look at image features alone; kinds after it look at the local model's answer;
// hybrid looks at both together, two-stage at one after the other.
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

const forest = {
  featuresVersion: z.number().int(),
  features: z.array(FeatureName).min(1),
  scaler: Scaler,
  trees: z.array(Tree).min(1).max(2000),
}
/** Before local inference. Score: mean leaf value over the trees, on the scaled features in `features`. */
const Forest = z.object({ ...common, kind: z.literal('forest'), ...forest })

/**
 * What a score may read off the local answer, p being its probabilities, best first: `max-softmax` p1, `margin`
 * p1 - p2, `entropy` that of the five best and the rest as one more class, divided by log 6. All in [0, 1].
 */
export const ConfidenceInput = z.enum(['max-softmax', 'margin', 'entropy'])
export type ConfidenceInput = z.infer<typeof ConfidenceInput>

/** After local inference. Score: 1 - max softmax. */
const Confidence = z.object({ ...common, kind: z.literal('confidence') })
/** After local inference. Score: 1 - margin. */
const Margin = z.object({ ...common, kind: z.literal('margin') })
/** After local inference. Score: entropy. */
const Entropy = z.object({ ...common, kind: z.literal('entropy') })
/** After local inference. Score: sigmoid(bias + sum of weights[i] * inputs[i]). */
const Logistic = z.object({
  ...common,
  kind: z.literal('logistic'),
  inputs: z.array(ConfidenceInput).min(1),
  weights: z.array(finite),
  bias: finite,
})
/** After local inference. Score as of a forest; scaler and trees count `features` first, then `inputs`. */
const Hybrid = z.object({
  ...common,
  kind: z.literal('hybrid'),
  ...forest,
  inputs: z.array(ConfidenceInput).min(1),
})
/**
 * Before local inference an image goes to the edge when the forest's score >= forestThreshold; what stays is
 * decided after local inference as by confidence, 1 - max softmax >= threshold.
 */
const TwoStage = z.object({
  ...common,
  kind: z.literal('two-stage'),
  forest: z.object(forest),
  forestThreshold: finite,
})

export const RouterDocument = z
  .discriminatedUnion('kind', [
    AlwaysLocal,
    AlwaysEdge,
    Random,
    Forest,
    Confidence,
    Margin,
    Entropy,
    Logistic,
    Hybrid,
    TwoStage,
  ])
  .superRefine((router, ctx) => {
    switch (router.kind) {
      case 'forest':
        return checkForest(router, router.features.length, [], ctx)
      case 'hybrid':
        return checkForest(router, router.features.length + router.inputs.length, [], ctx)
      case 'two-stage':
        return checkForest(router.forest, router.forest.features.length, ['forest'], ctx)
      case 'logistic': {
        const n = router.inputs.length
        if (router.weights.length !== n)
          ctx.addIssue({ code: 'custom', path: ['weights'], message: `expected ${n} numbers as in inputs` })
      }
    }
  })
export type RouterDocument = z.infer<typeof RouterDocument>
export type ForestRouter = z.infer<typeof Forest>
export type LogisticRouter = z.infer<typeof Logistic>
export type HybridRouter = z.infer<typeof Hybrid>
export type TwoStageRouter = z.infer<typeof TwoStage>

/** Scaler and trees must agree with the number of values in a row; `at` is where the forest lies. */
function checkForest(
  { scaler, trees }: { scaler: Scaler; trees: readonly Tree[] },
  width: number,
  at: readonly string[],
  ctx: z.RefinementCtx,
): void {
  for (const key of ['min', 'max'] as const)
    if (scaler[key].length !== width)
      ctx.addIssue({ code: 'custom', path: [...at, 'scaler', key], message: `expected ${width} numbers` })
  trees.forEach((tree, t) => {
    const bad = tree.feature.findIndex((f) => f >= width)
    if (bad >= 0)
      ctx.addIssue({
        code: 'custom',
        path: [...at, 'trees', t, 'feature', bad],
        message: `is ${tree.feature[bad]}, expected below ${width}`,
      })
  })
}

/** The kinds that decide before the local model has run, and so save its cost on what they send away. */
export const PRE_ROUTER_KINDS: readonly RouterKind[] = ['always-local', 'always-edge', 'random', 'forest']
