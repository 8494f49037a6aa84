// What a person expects of a pair before it is chosen: limits that a candidate must keep in a role, and weights for
// choosing among those that do. A limit names its role; accuracy, memory and size are limits of the local model,
// because the weak device is the one that runs short, and the edge model's accuracy counts only where the local one
// fails. A field left out expects nothing, and no expectations at all are the paper's two algorithms as published.

import { z } from 'zod'

/** An hour an image: nothing slower answers anybody. */
const latencyMaxMs = z.number().positive().max(3_600_000)
const energyMaxJ = z.number().positive().max(1_000_000)
/** A tebibyte: what is larger is a slip of the unit. */
const bytesMax = z
  .number()
  .int()
  .positive()
  .max(2 ** 40)
/** Only the ratios of weights matter. */
const weight = z.number().min(0).max(1_000)

/** How much each figure counts; one left out counts nothing. */
export const Weights = z
  .object({ latency: weight.optional(), accuracy: weight.optional(), energy: weight.optional() })
  .refine(
    (w) => [w.latency, w.accuracy, w.energy].some((v) => v !== undefined && v > 0),
    'expected at least one weight above 0',
  )
export type Weights = z.infer<typeof Weights>

export const Expectations = z.object({
  /** Top-1 of the local model on the data set, as profiled on the local device. */
  accuracyMin: z.number().min(0).max(1).optional(),
  /** Mean latencies, each on the device of that role. */
  localLatencyMaxMs: latencyMaxMs.optional(),
  edgeLatencyMaxMs: latencyMaxMs.optional(),
  /** Per image, each at the device of that role. */
  localEnergyMaxJ: energyMaxJ.optional(),
  edgeEnergyMaxJ: energyMaxJ.optional(),
  /** Peak memory of the local model's profile. */
  memoryMaxBytes: bytesMax.optional(),
  /** Of the local model's file. */
  sizeMaxBytes: bytesMax.optional(),
  weights: Weights.optional(),
})
export type Expectations = z.infer<typeof Expectations>
