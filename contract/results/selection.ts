// The result of algorithms 1 and 2 (paper, section 3.2): which pair rides together, and every figure it was
// chosen by. "No admissible pair" is an answer with its reason, not an error. The optional fields came later:
// selections that were stored before lack them and are still read.

import { z } from 'zod'
import { Digest } from '../digest.ts'
import { Expectations } from './expectations.ts'

export const SelectionCandidate = z.object({
  modelId: z.string(),
  name: z.string(),
  localLatencyMeanMs: z.number(),
  localEnergyJ: z.number(),
  edgeLatencyMeanMs: z.number(),
  edgeEnergyJ: z.number(),
  top1: z.number(),
  /** Top-1 on the images that the chosen local model gets wrong; null for the local model itself. */
  top1OnLocalFailures: z.number().nullable(),
  /** Top-1 on the local device, chosen or not. */
  localTop1: z.number().optional(),
  localPeakMemoryBytes: z.number().optional(),
  sizeBytes: z.number().optional(),
  /** Why it may not take that role, a sentence a limit; empty where it may. */
  reasonsAgainstLocal: z.array(z.string()).optional(),
  reasonsAgainstEdge: z.array(z.string()).optional(),
  /** Only with weights, and only where it was admissible for that role: the least was chosen. */
  localWeightedSum: z.number().optional(),
  edgeWeightedSum: z.number().optional(),
})
export type SelectionCandidate = z.infer<typeof SelectionCandidate>

/** Shares of all images, adding up to 1. */
export const PairShares = z.object({
  bothRight: z.number(),
  onlyEdgeRight: z.number(),
  onlyLocalRight: z.number(),
  bothWrong: z.number(),
})
export type PairShares = z.infer<typeof PairShares>

/**
 * What stands in for the router that is not trained yet. `oracle` sends exactly the images that only the edge gets
 * right; `random` sends `offloadShare` by lot; `confidence` the `offloadShare` that the local model is least sure of.
 */
export const FrontRouter = z.enum(['oracle', 'random', 'confidence'])
export type FrontRouter = z.infer<typeof FrontRouter>

export const FrontAssumption = z.object({
  router: FrontRouter,
  /** The oracle has its own. */
  offloadShare: z.number().min(0).max(1),
  uploadMs: z.number(),
  uploadJ: z.number(),
  uploadSource: z.string(),
})
export type FrontAssumption = z.infer<typeof FrontAssumption>

/** What a pair, by the names of its models, reaches under the assumption. */
export const FrontPair = z.object({
  local: z.string(),
  edge: z.string(),
  top1: z.number(),
  /** At the local device: inference and upload. */
  deviceEnergyJ: z.number(),
  latencyMeanMs: z.number(),
  offloadShare: z.number(),
  /** Is some other pair at least as good in all three figures and better in one, admissible or not? */
  isDominated: z.boolean(),
  /** Does each of the two keep the limits of its role? */
  isAdmissible: z.boolean(),
})
export type FrontPair = z.infer<typeof FrontPair>

/** The measurements behind a selection; the same ones give the same result. */
export const SelectionSources = z.object({
  /** Over the list of images and their true classes. */
  datasetDigest: Digest,
  localJobs: z.array(z.string()),
  edgeJobs: z.array(z.string()),
})
export type SelectionSources = z.infer<typeof SelectionSources>

const Background = z.object({
  expectations: Expectations.optional(),
  assumption: FrontAssumption.optional(),
  /** Every ordered pair, those that nobody dominates first. */
  front: z.array(FrontPair).optional(),
  sources: SelectionSources.optional(),
})

export const SelectionResult = z.discriminatedUnion('ok', [
  Background.extend({
    ok: z.literal(true),
    images: z.number().int(),
    localModelId: z.string(),
    edgeModelId: z.string(),
    shares: PairShares,
    candidates: z.array(SelectionCandidate),
    reasons: z.array(z.string()),
  }),
  Background.extend({
    ok: z.literal(false),
    images: z.number().int(),
    candidates: z.array(SelectionCandidate),
    reasons: z.array(z.string()).min(1),
  }),
])
export type SelectionResult = z.infer<typeof SelectionResult>
