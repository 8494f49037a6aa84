// Hard images that a device keeps and hands in for labelling, where its deployment asks for them. What is known of an
// image goes first; the control plane answers which bytes it lacks and from where on, so that an upload that broke off
// goes on and an image that two devices saw crosses the network once.

import { z } from 'zod'
import { Digest } from '../digest.ts'
import { TierLabel } from './audit.ts'

/** `offloaded`: its router sent it to the edge. `disagreed`: an audit found that the tiers differ. */
export const CaptureReason = z.enum(['offloaded', 'disagreed', 'near-threshold'])
export type CaptureReason = z.infer<typeof CaptureReason>

/** As much as a front door takes. */
export const CAPTURE_MAX_BYTES = 16 * 1024 ** 2

export const CaptureRecord = z.object({
  digest: Digest,
  sizeBytes: z.number().int().positive().max(CAPTURE_MAX_BYTES),
  at: z.iso.datetime(),
  deploymentId: z.string(),
  /** The decision's sequence on its device. */
  of: z.number().int().positive(),
  reason: CaptureReason,
  /** Of the router; null where it has none. */
  score: z.number().nullable(),
  threshold: z.number().nullable(),
  local: TierLabel.optional(),
  edge: TierLabel.optional(),
})
export type CaptureRecord = z.infer<typeof CaptureRecord>

export const CaptureBatch = z.object({ captures: z.array(CaptureRecord).min(1).max(100) })
export type CaptureBatch = z.infer<typeof CaptureBatch>

/** In the batch's order, one each: what to do with its bytes. */
export const CaptureAnswer = z.object({
  captures: z.array(
    z.object({
      digest: Digest,
      /** `refused`: its deployment asks this device for no captures, or for no more of them today. */
      state: z.enum(['stored', 'wanted', 'refused']),
      /** Beside `refused`: for now only. A device that knows this word keeps the image and offers it again later. */
      isOverQuota: z.boolean().optional(),
      /** Bytes that have come already. */
      from: z.number().int().nonnegative(),
    }),
  ),
})
export type CaptureAnswer = z.infer<typeof CaptureAnswer>
