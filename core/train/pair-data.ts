// What routers are trained and judged on: for every image of a data set its features, which of the two models
// was right, what the local one answered, and what each step costs. It comes from measured profiles; rows of all
// fields are in the order of the data set.

import type { PairCosts } from '#contract/results/evaluation.ts'

export interface PairData {
  /** n x 29, in the order of `FEATURE_NAMES`. */
  features: readonly (readonly number[])[]
  /** 1 where that model's best class is the label. */
  localRight: Uint8Array
  edgeRight: Uint8Array
  /** Probabilities of the local model's best classes, best first, one to five. */
  localTop: readonly (readonly number[])[]
  /** SHA-256 of each decoded working image; null where the profiles were made without. */
  pixelDigests: readonly string[] | null
  costs: PairCosts
}
