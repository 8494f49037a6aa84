// The report of one pair on one data set: everything that `tandem evaluate` writes and draws. Every figure of a
// router comes from images that it has not seen; how the features were chosen is part of it, because a choice that
// has seen the held-out images is a leak.

import { z } from 'zod'
import { FeatureName } from '../features.ts'
import { PairCosts } from './evaluation.ts'
import { FeatureSelection } from './feature-selection.ts'
import { LearnerFigures } from './learner-figures.ts'
import { RouterFigures } from './router-figures.ts'
import { PairShares } from './selection.ts'
import { StrategyFigures } from './strategy-figures.ts'

/** `paper`: the seven of the paper, chosen on other images. `nested`: chosen anew inside every fold. */
export const FeatureChoice = z.enum(['paper', 'nested'])
export type FeatureChoice = z.infer<typeof FeatureChoice>

export const PairReport = z.object({
  schema: z.literal(1),
  localModel: z.string(),
  edgeModel: z.string(),
  dataset: z.string(),
  images: z.number().int(),
  /** Images left out because their pixels are those of an earlier one; only where that was asked for. */
  duplicatesLeftOut: z.number().int(),
  folds: z.number().int(),
  seed: z.number().int(),
  featureChoice: FeatureChoice,
  shares: PairShares,
  costs: PairCosts,
  /** AUDC of random and of the oracle: what DGC is measured between. */
  randomAudc: z.number(),
  oracleAudc: z.number(),
  strategies: z.array(StrategyFigures),
  routers: z.array(RouterFigures),
  /** By fold, then on all images: the last is what a router that is deployed uses. */
  featureSelections: z.array(FeatureSelection),
  selectionOfAll: FeatureSelection.nullable(),
  /** In how many folds each feature was selected. */
  featureCounts: z.array(z.object({ feature: FeatureName, folds: z.number().int() })),
  learners: z.array(LearnerFigures),
  /** The summary in words, most important first. */
  findings: z.array(z.string()),
})
export type PairReport = z.infer<typeof PairReport>
