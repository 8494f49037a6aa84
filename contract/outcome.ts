// What a device measured when it ran one model over a data set: an outcome per image and their summary.
// Everything later (selection, router training, evaluation) is computed from these rows alone.

import { z } from 'zod'
import { Digest } from './digest.ts'

const probability = z.number().min(0).max(1.0001)

/** One image through one model. `top` holds the best five classes, best first. */
export const Outcome = z.object({
  /** Position in the data set's list of images, from 0. */
  index: z.number().int().nonnegative(),
  top: z
    .array(z.object({ class: z.number().int().nonnegative().max(2_147_483_647), p: probability }))
    .min(1)
    .max(5),
  /** Preprocessing and inference, without transfer. */
  latencyMs: z.number().nonnegative(),
})
export type Outcome = z.infer<typeof Outcome>

/** All 29 features of one image and what they cost on the device. */
export const FeatureRow = z.object({
  index: z.number().int().nonnegative(),
  features: z.array(z.number()).length(29),
  latencyMs: z.number().nonnegative(),
  /**
   * SHA-256 of the working image that the features were computed on: width and height, four bytes each, big-endian,
   * then RGB. Two images that differ as files may have the same pixels. Devices of before this field leave it out.
   */
  pixels: Digest.optional(),
})
export type FeatureRow = z.infer<typeof FeatureRow>

const measuredEnergy = z.object({
  perImageJ: z.number().nonnegative(),
  method: z.enum(['model', 'rapl', 'ina3221', 'hwmon', 'monsoon', 'published']),
  source: z.string(),
  /** Images and seconds that were measured; a job that was interrupted tells of its last run. */
  images: z.number().int().positive().optional(),
  seconds: z.number().nonnegative().optional(),
  /** By the device's clock. */
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  sampleIntervalMs: z.number().positive().optional(),
  samples: z.number().int().nonnegative().optional(),
  /** Times that more than three intervals passed without a sample. */
  gaps: z.number().int().nonnegative().optional(),
  /** What the device drew before the job, taken off for as long as the job was measured. */
  idleWatts: z.number().nonnegative().optional(),
  idleSeconds: z.number().nonnegative().optional(),
  /** Idle alone would have drawn more: the energy is told as 0. */
  isClipped: z.boolean().optional(),
})

/**
 * Joules are never told without how they were found. `source` names the watts' or the meter's origin. What older
 * devices do not tell is left out.
 */
export const Energy = measuredEnergy.extend({
  /** What was told of the same profile before, newest first: another meter may have known better since. */
  earlier: z.array(measuredEnergy).optional(),
})
export type Energy = z.infer<typeof Energy>

/** What only the device knows when a job ends. */
export const JobResult = z.object({
  energy: Energy,
  peakMemoryBytes: z.number().int().nonnegative(),
})
export type JobResult = z.infer<typeof JobResult>

export const ProfileSummary = z.object({
  images: z.number().int().nonnegative(),
  top1: z.number(),
  top5: z.number(),
  latencyMeanMs: z.number(),
  latencyP50Ms: z.number(),
  latencyP95Ms: z.number(),
  latencyP99Ms: z.number(),
  energy: Energy,
  peakMemoryBytes: z.number(),
})
export type ProfileSummary = z.infer<typeof ProfileSummary>
