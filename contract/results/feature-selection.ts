// Every intermediate table of one feature selection (paper, section 4: Tables 3 to 5, Figures 9 and 10), so that
// each can be drawn again from what is stored. One selection sees the rows of one training part only; the rows
// that it has seen are named by the report that holds it.

import { z } from 'zod'
import { FeatureName } from '../features.ts'

/** One feature kept over others that say the same. */
export const PrunedGroup = z.object({
  kept: FeatureName,
  dropped: z.array(z.object({ feature: FeatureName, r: z.number() })),
})
export type PrunedGroup = z.infer<typeof PrunedGroup>

export const RankedFeature = z.object({
  feature: FeatureName,
  /** 1 is eliminated last. */
  rfeRank: z.number().int(),
  chiSquared: z.number(),
  chiSquaredRank: z.number().int(),
  /** Sum of both ranks; the ten lowest are kept. */
  rankSum: z.number().int(),
})
export type RankedFeature = z.infer<typeof RankedFeature>

/** One feature dropped: how well the forest does without each of those that are left. */
export const AblationStep = z.object({
  /** Out-of-bag, with all of the features that are left. */
  auc: z.number(),
  accuracy: z.number(),
  without: z.array(z.object({ feature: FeatureName, auc: z.number(), accuracy: z.number() })),
  dropped: FeatureName,
})
export type AblationStep = z.infer<typeof AblationStep>

export const FeatureSelection = z.object({
  rows: z.number().int(),
  /** 29 x 29, Pearson's r in the order of the feature list; 0 where a feature is constant. */
  correlation: z.array(z.array(z.number())),
  pruned: z.array(PrunedGroup),
  afterPruning: z.array(FeatureName),
  ranking: z.array(RankedFeature),
  afterRanking: z.array(FeatureName),
  ablation: z.array(AblationStep),
  selected: z.array(FeatureName).min(1),
  /** What out-of-bag accuracy and AUC lose without each selected feature; negative where it was a burden. */
  importance: z.array(z.object({ feature: FeatureName, aucLoss: z.number(), accuracyLoss: z.number() })),
})
export type FeatureSelection = z.infer<typeof FeatureSelection>
