// What speaks for one router kind, or against it: how well it orders images (AUC, deferral curve, DGC), what it
// gains over chance and over the local model's own confidence, at equal offload and at equal energy of the
// device, and the verdict in words that the promotion gate reads.

import { z } from 'zod'
import { RouterKind } from '../router-kind.ts'
import { Interval } from './interval.ts'
import { OperatingPoint } from './threshold-policy.ts'

export const CurvePoint = z.object({
  offload: z.number(),
  top1: z.number(),
  deviceEnergyJ: z.number(),
})
export type CurvePoint = z.infer<typeof CurvePoint>

/**
 * What others reach for the energy that this router spends at its operating point; null where they cannot spend
 * just that much (a cascade never costs less than local inference).
 */
export const EqualEnergy = z.object({
  deviceEnergyJ: z.number(),
  top1: Interval,
  randomTop1: z.number().nullable(),
  confidenceTop1: z.number().nullable(),
  /** Paired differences of this router's top-1 to theirs. */
  overRandom: Interval.nullable(),
  overConfidence: Interval.nullable(),
})
export type EqualEnergy = z.infer<typeof EqualEnergy>

export const Verdict = z.object({
  beatsChance: z.boolean(),
  /** Null for confidence itself. */
  beatsConfidence: z.boolean().nullable(),
  /** Offload share at which top-1 exceeds that of random most, and by how much. */
  bestOffload: z.object({ offload: z.number(), gain: z.number() }),
  words: z.string(),
})
export type Verdict = z.infer<typeof Verdict>

export const RouterFigures = z.object({
  kind: RouterKind,
  isCascade: z.boolean(),
  operating: z.array(OperatingPoint),
  auc: Interval,
  audc: Interval,
  dgc: Interval,
  /** Paired difference of the DGC to that of confidence on the same resamples; null for confidence itself. */
  dgcOverConfidence: Interval.nullable(),
  curve: z.array(CurvePoint),
  equalEnergy: EqualEnergy,
  verdict: Verdict,
})
export type RouterFigures = z.infer<typeof RouterFigures>
