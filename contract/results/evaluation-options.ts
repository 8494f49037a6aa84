// What `tandem evaluate` is asked for, as it travels, is kept, and tells two evaluations apart. Defaults are
// filled in where it is read, so that asking for them by name is asking for the same.

import { z } from 'zod'
import { RouterKind } from '../router-kind.ts'
import { FeatureChoice } from './pair-report.ts'
import { ThresholdPolicy } from './threshold-policy.ts'

/** Images whose pixels are those of an earlier one would be on both sides of a fold. */
export const Duplicates = z.enum(['refuse', 'leave-out'])
export type Duplicates = z.infer<typeof Duplicates>

export const Folds = z.number().int().min(2).max(20)
export const Seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31)

/** The paper's light model is wrong on 29.3 % of the images: about so many may have to go. */
export const DEFAULT_POLICY: ThresholdPolicy = { by: 'offload', target: 0.3 }

/** Not worth a line of their own where nobody asks: what they reach is known without looking at an image. */
const BASELINES: readonly RouterKind[] = ['always-local', 'always-edge', 'random']

export const EvaluationOptions = z.object({
  kinds: z
    .array(RouterKind)
    .min(1)
    .default(RouterKind.options.filter((kind) => !BASELINES.includes(kind)))
    // The order and repeats mean nothing, and must not tell two evaluations apart.
    .transform((kinds) => RouterKind.options.filter((kind) => kinds.includes(kind))),
  policy: ThresholdPolicy.default(DEFAULT_POLICY),
  folds: Folds.default(10),
  seed: Seed.default(1),
  featureChoice: FeatureChoice.default('nested'),
  duplicates: Duplicates.default('refuse'),
  /** The paper's four learners cost most of the time. */
  learners: z.boolean().default(true),
})
export type EvaluationOptions = z.infer<typeof EvaluationOptions>

export const EvaluationProgress = z.object({
  stage: z.string(),
  done: z.number().int(),
  total: z.number().int(),
})
export type EvaluationProgress = z.infer<typeof EvaluationProgress>
