// Why an image was answered where it was: part of every answer, and the row that observing keeps.

import { z } from 'zod'
import { Tier } from './tier.ts'

export const Preference = z.enum(['accuracy', 'balanced', 'latency', 'energy', 'local-only'])
export type Preference = z.infer<typeof Preference>

/**
 * `routed`: the router's own choice. `preference`: the client forced a tier. `edge-error`, `deadline`,
 * `breaker-open`, `budget`: the router wanted the edge, but the local tier answered. `direct`: the request was sent to
 * this tier and nothing was decided. Whether the built-in path answered for a failed function is told apart, as `byFallback`.
 */
export const DecisionReason = z.enum([
  'routed',
  'preference',
  'edge-error',
  'deadline',
  'breaker-open',
  'budget',
  'direct',
])
export type DecisionReason = z.infer<typeof DecisionReason>

export const Decision = z.object({
  /** Router kind, or `none` where nothing was decided. Bounded, as it comes from a function. */
  router: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected a router kind'),
  version: z.number().int().nonnegative(),
  score: z.number().nullable(),
  threshold: z.number().nullable(),
  reason: DecisionReason,
})
export type Decision = z.infer<typeof Decision>

/** As it travels in a header (`x-request-id`): visible ASCII. */
export const RequestId = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'expected visible ASCII')

/** One served request as a device spools and uploads it; (device, sequence) names it for ever. */
export const DecisionRecord = z.object({
  sequence: z.number().int().positive(),
  at: z.iso.datetime(),
  deploymentId: z.string(),
  tier: Tier,
  /** At most what the database's integer holds. */
  label: z.number().int().nonnegative().max(2_147_483_647),
  score: z.number(),
  decision: Decision,
  totalMs: z.number().nonnegative(),
  energyJ: z.number().nonnegative(),
  byFallback: z.boolean(),
  /** What the client saw. Devices of older builds tell neither this nor the preference. */
  requestId: RequestId.optional(),
  preference: Preference.optional(),
})
export type DecisionRecord = z.infer<typeof DecisionRecord>
