// How a deployment reaches a fleet: stages in order, what each must show before the next begins, and what sends all
// of it back. The plan is kept as it was asked for, so that a rollout can be read again years later.

import { z } from 'zod'
import { Tier } from './tier.ts'

const Share = z.number().min(0).max(1)
const WEEK_S = 7 * 86_400

export const GroupOfDevices = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected lower-case letters, digits or "-", at most 40')

export const Stage = z.object({
  group: GroupOfDevices,
  /** Of the group's local devices; a larger share holds every device of a smaller one. Edge devices all take part. */
  share: z.number().gt(0).max(1).default(1),
  /** Instead of a share: the local devices of these names, beside those of the stages before. */
  devices: z.array(z.string().min(1).max(100)).min(1).max(1_000).optional(),
  /** Of the stage's devices of each tier, how many must serve the deployment before the stage has succeeded. */
  successShare: z.number().gt(0).max(1).default(1),
  /** More failed activations than this share of a tier's devices send the rollout back. */
  errorShare: Share.default(0),
  /** How long one device may take to serve it, from the stage's begin or from its own enrolment. */
  timeoutS: z.number().int().min(1).max(WEEK_S).default(900),
  /** How long it is watched once enough devices serve it. */
  soakS: z.number().int().min(0).max(WEEK_S).default(0),
  /** Quality is judged from this many decisions on; without them the rollout pauses instead of going on. */
  minDecisions: z.number().int().min(0).max(1_000_000).default(0),
  /** What stands before the stage. */
  gate: z.enum(['auto', 'approval']).default('auto'),
})
export type Stage = z.infer<typeof Stage>

/**
 * Each is judged on the decisions of the stage's local devices with this deployment since the stage began: on the newest
 * 10,000 of them, or `minDecisions` where that is more.
 */
export const QualityBounds = z.object({
  offloadShareMin: Share.optional(),
  offloadShareMax: Share.optional(),
  /** Answered by the built-in path because the function failed. */
  fallbackShareMax: Share.optional(),
  /** Wanted at the edge, but answered by the local tier: edge-error, deadline or breaker-open. */
  edgeFailureShareMax: Share.optional(),
  latencyP95MaxMs: z.number().positive().optional(),
  /**
   * Of the audited images, how many the tiers answered differently. Broken once so much more is certain; where the
   * deployment audits nothing, it is not judged.
   */
  disagreementMax: Share.optional(),
})
export type QualityBounds = z.infer<typeof QualityBounds>

export const RolloutPlan = z.object({
  stages: z.array(Stage).min(1).max(20),
  quality: QualityBounds.default({}),
})
export type RolloutPlan = z.infer<typeof RolloutPlan>

export const ACTIVE_STATES = ['running', 'paused', 'awaiting-approval'] as const
export const RolloutState = z.enum([...ACTIVE_STATES, 'completed', 'rolled-back', 'superseded'])
export type RolloutState = z.infer<typeof RolloutState>

export const QualityFigures = z.object({
  decisions: z.number().int().nonnegative(),
  /** Null where there is nothing to compute it from; so are those below. */
  offloadShare: Share.nullable(),
  fallbackShare: Share.nullable(),
  edgeFailureShare: Share.nullable(),
  latencyP95Ms: z.number().nonnegative().nullable(),
  disagreement: Share.nullable(),
  /** What disagreement was computed from; not told by older builds. */
  audits: z.number().int().nonnegative().optional(),
})
export type QualityFigures = z.infer<typeof QualityFigures>

/** How far a device of a stage is, by its own last report. */
export const DeviceProgress = z.object({
  name: z.string(),
  tier: Tier,
  state: z.enum(['waiting', 'installing', 'serving', 'failed']),
  message: z.string(),
  /** When the device was enrolled; one that joins late has its own time. */
  joinedAtMs: z.number(),
})
export type DeviceProgress = z.infer<typeof DeviceProgress>

export const RolloutObservation = z.object({
  devices: z.array(DeviceProgress),
  quality: QualityFigures,
})
export type RolloutObservation = z.infer<typeof RolloutObservation>
