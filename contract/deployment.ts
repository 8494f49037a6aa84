// A deployment is a pair of models, a router and a function for both tiers at once, all by digest, immutable.

import { z } from 'zod'
import { Preference } from './decision.ts'
import { ArtifactRef } from './digest.ts'
import { ModelRef } from './model.ts'
import { RouterKind } from './router-kind.ts'

/** Token buckets over what is sent to the edge, refilled steadily; what is left out is not limited. */
export const OffloadBudget = z.object({
  requestsPerSecond: z.number().positive().max(100_000).optional(),
  bytesPerSecond: z.number().positive().max(1e9).optional(),
  /** Energy that uploads may cost the device, as a mean. */
  watts: z.number().positive().max(1_000).optional(),
  /** How much may be spent at once: so many seconds' worth. */
  burstSeconds: z.number().min(1).max(3_600).default(10),
})
export type OffloadBudget = z.infer<typeof OffloadBudget>

export const Policy = z.object({
  /** How long a client may be kept waiting for the edge before the local tier answers. */
  edgeDeadlineMs: z.number().int().min(10).max(60_000).default(2_000),
  /** How long opening a connection to the edge may take. */
  edgeConnectMs: z.number().int().min(10).max(10_000).default(250),
  /** For requests that state none; `balanced` where it is left out. */
  preference: Preference.optional(),
  /** How long a client waits that states no deadline of its own; what is left of it bounds the edge's time. */
  latencyBudgetMs: z.number().int().min(10).max(60_000).optional(),
  offloadBudget: OffloadBudget.optional(),
  /** Share of the images that stay on the device which also go to the edge, in the background, to measure how often the tiers disagree. */
  auditShare: z.number().min(0).max(1).optional(),
  /** Hard images that a device keeps for later labelling and training: at most so much of them. None where left out. */
  captureQuotaMb: z.number().positive().max(100_000).optional(),
})
export type Policy = z.infer<typeof Policy>

export const RouterRef = z.object({
  id: z.string(),
  version: z.number().int().positive(),
  kind: RouterKind,
  file: ArtifactRef,
})
export type RouterRef = z.infer<typeof RouterRef>

export const FunctionRef = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number().int().positive(),
  file: ArtifactRef,
})
export type FunctionRef = z.infer<typeof FunctionRef>

export const Deployment = z.object({
  id: z.string(),
  version: z.number().int().positive(),
  local: ModelRef,
  edge: ModelRef,
  router: RouterRef,
  function: FunctionRef,
  policy: Policy,
})
export type Deployment = z.infer<typeof Deployment>
