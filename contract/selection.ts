// The result of algorithms 1 and 2 (paper, section 3.2): which pair rides together, and every figure it was
// chosen by. "No admissible pair" is an answer with its reason, not an error.

import { z } from 'zod'

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

export const SelectionResult = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    images: z.number().int(),
    localModelId: z.string(),
    edgeModelId: z.string(),
    shares: PairShares,
    candidates: z.array(SelectionCandidate),
    reasons: z.array(z.string()),
  }),
  z.object({
    ok: z.literal(false),
    images: z.number().int(),
    candidates: z.array(SelectionCandidate),
    reasons: z.array(z.string()).min(1),
  }),
])
export type SelectionResult = z.infer<typeof SelectionResult>
