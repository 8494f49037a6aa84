// How a router's threshold is set: what the user cares about, in one of four forms. Every form is settled on
// scores of images that the router was not fitted on. A wish that the training images cannot fulfil is answered
// with the nearest threshold and `isMet: false`, in words, not with an error.

import { z } from 'zod'

const share = z.number().gt(0).lt(1)

export const ThresholdPolicy = z.discriminatedUnion('by', [
  /** Offload this share of images. */
  z.object({ by: z.literal('offload'), target: share }),
  /** The least offload at which the routed pair reaches this top-1. */
  z.object({ by: z.literal('accuracy'), target: share }),
  /** The best top-1 for at most this mean energy at the device, in J an image. */
  z.object({ by: z.literal('energy'), budgetJ: z.number().positive() }),
  /**
   * The least offload for which, with confidence 1 - delta (Clopper and Pearson), at most alpha of the kept
   * images are wrong where the edge is right.
   */
  z.object({ by: z.literal('guarantee'), alpha: share, delta: share.default(0.05) }),
])
export type ThresholdPolicy = z.infer<typeof ThresholdPolicy>

/** What the policy came to on the training images. */
export const OperatingPoint = z.object({
  policy: ThresholdPolicy,
  isMet: z.boolean(),
  words: z.string(),
})
export type OperatingPoint = z.infer<typeof OperatingPoint>
