// How one router treated every image of a data set while it had not seen that image: the only thing that a router
// is judged by. A router before local inference saves the local model's energy on what it sends; one after it does
// not; a two-stage router does both, by image. So each image says which of the two a sending would be.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import type { RouterKind } from '#contract/router-kind.ts'

export interface HeldOut {
  kind: RouterKind
  /** Higher goes to the edge first; equal scores leave together. */
  scores: Float64Array
  /** 1 where the router, with the threshold of its training part, offloads. */
  offloaded: Uint8Array
  /** 1 where the local model has run before this image could be sent. */
  sentAfterLocal: Uint8Array
  /** Does every image pay for the extraction of features? */
  usesFeatures: boolean
  /** By fold: what the threshold policy came to on the training part. */
  operating: readonly OperatingPoint[]
}
