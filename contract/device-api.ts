// What devices and the control plane say to each other under /device/v1. Devices always call; the control
// plane never opens a connection to a device.

import { z } from 'zod'
import { DecisionRecord } from './decision.ts'
import { ArtifactRef, Digest } from './digest.ts'
import { ModelRef } from './model.ts'
import { AuditRecord } from './observe/audit.ts'
import { FeatureRow, JobResult, Outcome } from './outcome.ts'
import { Tier } from './tier.ts'

/** Ed25519 public key as a JWK (RFC 8037). */
export const PublicKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url'),
})
export type PublicKey = z.infer<typeof PublicKey>

/** A key that may sign manifests for a device, by its thumbprint (RFC 7638). */
export const PinnedKey = PublicKey.extend({ kid: z.string() })
export type PinnedKey = z.infer<typeof PinnedKey>

export const EnrolRequest = z.object({
  code: z.string().min(1).max(200),
  publicKey: PublicKey,
  tier: Tier,
  /** Where this device's front door can be reached by other devices of its group. */
  url: z.url(),
  platform: z.string().max(200),
})
export type EnrolRequest = z.infer<typeof EnrolRequest>

export const EnrolAnswer = z.object({
  deviceId: z.string(),
  name: z.string(),
  /** Keys that may sign manifests for this device; pinned at enrolment. */
  manifestKeys: z.array(PinnedKey).min(1),
})
export type EnrolAnswer = z.infer<typeof EnrolAnswer>

/** How far a device is with its manifest. */
export const DeviceReport = z.object({
  url: z.url(),
  /** Sequence of the manifest that was last acted on; 0 before the first. */
  sequence: z.number().int().nonnegative(),
  /** What the front door serves right now. */
  servingDeploymentId: z.string().nullable(),
  state: z.enum(['idle', 'installing', 'serving', 'failed']),
  message: z.string().max(2_000).default(''),
  /**
   * What runs its functions. Any word is taken here; the first control planes took `workerd`, `thread`, `miniflare` and
   * `none` only, so a driver of any other name is told as `none`, and its name beside it.
   */
  functionDriver: z.string().min(1).max(40),
  driverName: z.string().min(1).max(40).optional(),
  /** Decisions that wait to be uploaded, and those that never will be: dropped since the device has started. */
  spool: z
    .object({ waiting: z.number().int().nonnegative(), dropped: z.number().int().nonnegative() })
    .optional(),
})
export type DeviceReport = z.infer<typeof DeviceReport>

/** The list of images that a job runs over: JSON array of digests, itself an artifact. */
export const ImageList = z.array(ArtifactRef).min(1)
export type ImageList = z.infer<typeof ImageList>

const job = {
  id: z.string(),
  /** An `ImageList`. */
  images: ArtifactRef,
  count: z.number().int().positive(),
  /** First image that has not been recorded yet: where an interrupted job goes on. */
  from: z.number().int().nonnegative(),
}

export const Job = z.discriminatedUnion('kind', [
  z.object({ ...job, kind: z.literal('profile'), model: ModelRef }),
  z.object({ ...job, kind: z.literal('features'), featuresVersion: z.number().int() }),
])
export type Job = z.infer<typeof Job>

export const JobAnswer = z.object({ job: Job.nullable() })
export type JobAnswer = z.infer<typeof JobAnswer>

/**
 * A long poll for the manifest with `jobs=tell` ends too when a job waits for the device, and its answer, 200 or 304,
 * carries this header with one of these words. An older control plane leaves it out: then a device asks for jobs.
 */
export const JOBS_HEADER = 'tandem-jobs'
export const JobsSaid = z.enum(['waiting', 'none'])
export type JobsSaid = z.infer<typeof JobsSaid>

/** Rows arrive in order, each batch beginning where the last one ended; a repeated batch changes nothing. */
export const OutcomeBatch = z.object({ outcomes: z.array(Outcome).min(1).max(500) })
export type OutcomeBatch = z.infer<typeof OutcomeBatch>
export const FeatureBatch = z.object({ rows: z.array(FeatureRow).min(1).max(500) })
export type FeatureBatch = z.infer<typeof FeatureBatch>
/** Rows of the job that are stored, from its first image on. */
export const RowsAck = z.object({ done: z.number().int().nonnegative() })
export const JobDone = JobResult
export const JobFailed = z.object({ message: z.string().min(1).max(2_000) })
/** How the job has ended: one that ended before, by an admin or by itself, stays as it was. */
export const JobEnded = z.object({ state: z.enum(['done', 'failed']) })

/** Both lists in the order of their sequences. A control plane without audits reads past them and keeps the rest. */
export const DecisionBatch = z
  .object({
    decisions: z.array(DecisionRecord).max(1_000),
    audits: z.array(AuditRecord).min(1).max(1_000).optional(),
  })
  .refine((batch) => batch.decisions.length > 0 || batch.audits !== undefined, {
    path: ['decisions'],
    message: 'expected at least one',
  })
export type DecisionBatch = z.infer<typeof DecisionBatch>
/** Everything up to this sequence is stored; the device may forget it. */
export const DecisionAck = z.object({ upTo: z.number().int().nonnegative() })

export const ArtifactParam = z.object({ digest: Digest })

export const DEVICE_TOKEN_AUDIENCE = 'tandem-control'
