// What a router is made by, apart from the images: its kind, how its threshold is set, and the forest's size.

import type { FeatureName } from '#contract/features.ts'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import type { RouterKind } from '#contract/router-kind.ts'

export interface RouterRecipe {
  kind: RouterKind
  policy: ThresholdPolicy
  /** 100 where left out, scikit-learn's default. */
  trees?: number
  /** 4 where left out, the paper's. */
  depth?: number
}

/** Which image is held out when, and which features the training part of each fold has chosen. */
export interface FoldPlan {
  /** By image: its fold, 0..folds - 1. */
  foldOf: Int32Array
  featuresOf: readonly (readonly FeatureName[])[]
}
