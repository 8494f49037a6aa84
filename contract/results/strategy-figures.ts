// One row of the strategy table (paper, Figures 19 to 22): what a way of routing reaches on held-out images, what
// it costs, and where the device's energy goes (Table 6). `shareOfOracle` is told last and only for comparison
// with the paper: sending everything to the edge often has 95 % of it without any router.

import { z } from 'zod'
import { RouterKind } from '../router-kind.ts'
import { Interval } from './interval.ts'

/** `random` offloads as large a share as the router named in `matches`; the others need no router. */
export const StrategyName = z.enum(['local-only', 'edge-only', 'oracle', ...RouterKind.options])
export type StrategyName = z.infer<typeof StrategyName>

/** Joules an image at the local device, means over all images. */
export const EnergyBreakdown = z.object({
  featuresJ: z.number(),
  localJ: z.number(),
  uploadJ: z.number(),
})
export type EnergyBreakdown = z.infer<typeof EnergyBreakdown>

export const StrategyFigures = z.object({
  name: StrategyName,
  /** The router whose offload share this `random` row has. */
  matches: RouterKind.optional(),
  offloadShare: z.number(),
  top1: Interval,
  latencyMeanMs: z.number(),
  deviceEnergyJ: z.number(),
  energy: EnergyBreakdown,
  /** Of the decision to offload; null where nothing decides (local-only, edge-only). */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  shareOfOracle: z.number(),
})
export type StrategyFigures = z.infer<typeof StrategyFigures>
