// A deployment is a pair of models, a router and a function for both tiers at once, all by digest, immutable.

import { z } from 'zod'
import { ArtifactRef } from './digest.ts'
import { ModelRef } from './model.ts'
import { RouterKind } from './router-kind.ts'

export const Policy = z.object({
  /** How long a client may be kept waiting for the edge before the local tier answers. */
  edgeDeadlineMs: z.number().int().min(10).max(60_000).default(2_000),
  /** How long opening a connection to the edge may take. */
  edgeConnectMs: z.number().int().min(10).max(10_000).default(250),
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
