// The evaluation that speaks for a router: measured on held-out folds only, against the baselines that need no
// router, with intervals. DGC = (AUDC - random) / (oracle - random): 0 is chance, 1 is the oracle. The optional
// fields came later: evaluations that were stored before lack them and are still read.

import { z } from 'zod'
import { RouterKind } from '../router-kind.ts'
import { FeatureSelection } from './feature-selection.ts'
import { Interval } from './interval.ts'
import { EqualEnergy, Verdict } from './router-figures.ts'
import { PairShares } from './selection.ts'
import { OperatingPoint, ThresholdPolicy } from './threshold-policy.ts'

export { Interval }

export const Strategy = z.object({
  name: z.enum(['local-only', 'edge-only', 'random', 'router', 'oracle']),
  offloadShare: z.number(),
  top1: Interval,
  latencyMeanMs: z.number(),
  /** At the local device: features, local inference and upload as far as the strategy needs them. */
  deviceEnergyJ: z.number(),
})
export type Strategy = z.infer<typeof Strategy>

/** What one image costs where, measured by the profiles; upload figures carry their source in words. */
export const PairCosts = z.object({
  featuresMs: z.number(),
  featuresJ: z.number(),
  localMs: z.number(),
  localJ: z.number(),
  edgeMs: z.number(),
  edgeJ: z.number(),
  uploadMs: z.number(),
  uploadJ: z.number(),
  uploadSource: z.string(),
})
export type PairCosts = z.infer<typeof PairCosts>

export const Evaluation = z.object({
  kind: RouterKind,
  images: z.number().int(),
  folds: z.number().int(),
  seed: z.number().int(),
  /** Of a policy by offload; others have none. */
  offloadTarget: z.number().optional(),
  policy: ThresholdPolicy.optional(),
  /** What the policy came to: by fold, then on all images, as in the document. */
  operating: z.array(OperatingPoint).optional(),
  shares: PairShares,
  costs: PairCosts,
  strategies: z.array(Strategy),
  /** For "edge right and local wrong". */
  auc: Interval,
  dgc: Interval,
  audc: Interval.optional(),
  /** Paired difference of the DGC to that of confidence; null for confidence itself. */
  dgcOverConfidence: Interval.nullable().optional(),
  equalEnergy: EqualEnergy.optional(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  /** Top-1 of the routed pair at 0, 5, ... 100 % offload, on held-out folds. */
  deferralCurve: z.array(
    z.object({ offload: z.number(), top1: z.number(), deviceEnergyJ: z.number().optional() }),
  ),
  /** Is the router better than chance: the gate for promotion. */
  verdict: Verdict.partial({ beatsConfidence: true, bestOffload: true }),
  /** How the document's features were chosen, on all images; null where they were given. */
  featureSelection: FeatureSelection.nullable().optional(),
})
export type Evaluation = z.infer<typeof Evaluation>
