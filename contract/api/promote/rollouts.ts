// Stage promote: what is asked of functions, deployments and rollouts. What two people may change at once carries what
// the caller saw (`expected...`): where it is something else meanwhile, the call is a conflict that says who and what.

import { z } from 'zod'
import { Policy } from '../../deployment.ts'
import { Digest } from '../../digest.ts'
import { ModelName } from '../../model.ts'
import { GroupOfDevices, QualityBounds, RolloutState, Stage } from '../../rollout.ts'
import { ById, GroupName, Reason, Which } from '../names.ts'
import { PageQuery } from '../page.ts'
import { ExternalEdge } from './edges.ts'

/** The deployment that the caller saw as current, null for none; where another one won meanwhile: a conflict. */
export const Expected = z.string().nullable().optional()

export const AliasName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'expected a lower-case word that begins with a letter, at most 40 characters',
  )

export const Promotion = z.object({
  /** Router id or version. */
  router: z.string().min(1),
  /** Name, for its newest version, or `name@version`. */
  function: z.string().min(1).default('classify'),
  group: GroupName,
  policy: Policy.default(Policy.parse({})),
  /** Why a router is promoted that the gate refuses. */
  override: z.string().min(10).max(1_000).optional(),
  expected: Expected,
  /** In order; a stage without a group is of `group`. Left out: all of the group at once. */
  stages: z
    .array(Stage.partial({ group: true }))
    .min(1)
    .max(20)
    .optional(),
  quality: QualityBounds.optional(),
  /** Servers of others that run the edge half, in every group that it goes to; only admins may say so. */
  externalEdges: z.array(ExternalEdge).max(8).default([]),
  /** What moves to the deployment in each group once it is current there. */
  alias: AliasName.default('stable'),
  /** Ends what the groups are on their way to, instead of being refused. */
  replace: z.boolean().default(false),
})
export type Promotion = z.infer<typeof Promotion>

export const Rollback = z.object({
  group: GroupName,
  /** Id, version or alias. */
  to: z.string().min(1).optional(),
  expected: Expected,
  replace: z.boolean().default(false),
})

/** What a person does to a staged rollout. */
export const RolloutStep = ById.extend({
  reason: Reason.optional(),
  /** The state that the caller saw. */
  expectedState: RolloutState.optional(),
  /** The revision that the caller saw: any step since then is a conflict. */
  expectedRevision: z.number().int().nonnegative().optional(),
})
export type RolloutStep = z.infer<typeof RolloutStep>

const limit = PageQuery.shape.limit.unwrap().default(20)

/** Staged ones, newest first: those under way, or all. */
export const RolloutList = PageQuery.extend({
  limit,
  all: z.boolean().default(false),
  group: GroupOfDevices.optional(),
  states: z.array(RolloutState).min(1).max(6).optional(),
})

/** What a group was told to run; the current one first, then newest first. */
export const RolloutHistory = PageQuery.extend({ limit, group: GroupName })

/** Newest version first. */
export const DeploymentList = PageQuery.extend({
  router: Which.optional(),
  /** Any version of it. */
  function: ModelName.optional(),
  /** Of either tier. */
  model: Which.optional(),
})

export const FunctionDraft = z.object({ name: ModelName, file: Digest })

/** By name, and newest version first within a name. */
export const FunctionList = PageQuery.extend({ name: ModelName.optional() })
