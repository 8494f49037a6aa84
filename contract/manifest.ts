// What one device must run now. Served as a compact JWS (RFC 7515, EdDSA) whose payload is this JSON; a device
// checks the signature over the received bytes before it parses them, and installs only a larger sequence.
// Expiry blocks installing, never serving: a device that cannot reach anyone goes on with what it has.

import { z } from 'zod'
import { Deployment } from './deployment.ts'
import { PinnedKey } from './device-api.ts'
import { Tier } from './tier.ts'

/** Where a local device finds an edge, and how to speak to it. */
export const EdgePlace = z.object({
  url: z.url(),
  /** This platform's own /v1/classify where it is left out, else any server of the Open Inference Protocol v2. */
  protocol: z.enum(['tandem', 'oip-v2']).optional(),
  /** What that server calls the deployment's edge model, where it has another name there. */
  model: z.string().min(1).max(200).optional(),
})
export type EdgePlace = z.infer<typeof EdgePlace>

export const Manifest = z.object({
  schema: z.literal(1),
  deviceId: z.string(),
  tier: Tier,
  /** Strictly increasing per device. */
  sequence: z.number().int().positive(),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** Null until something is promoted to the device's group. */
  deployment: Deployment.nullable(),
  /** For the local tier: where its edge half is live. */
  edges: z.array(EdgePlace).default([]),
  /**
   * Keys that sign from now on, in place of those that the device has pinned. To rotate: the old key signs
   * manifests that carry both, then the new key signs, then only the new one is carried. Left out: no change.
   */
  manifestKeys: z.array(PinnedKey).min(1).max(16).optional(),
})
export type Manifest = z.infer<typeof Manifest>

export const MANIFEST_JWS_TYPE = 'tandem-manifest+jws'
export const MANIFEST_MAX_BYTES = 256 * 1024
