// Names for deployments: what is asked of them. Each change may carry what the caller saw.

import { z } from 'zod'
import { GroupName, Reason } from '../names.ts'
import { PageQuery } from '../page.ts'
import { AliasName, Expected } from './rollouts.ts'

const Named = z.object({ group: GroupName, name: AliasName })

/** In the order of names. */
export const AliasList = PageQuery.extend({ group: GroupName })

/** Newest first. */
export const AliasHistory = PageQuery.extend({
  ...Named.shape,
  limit: PageQuery.shape.limit.unwrap().default(20),
})

export const AliasMove = Named.extend({
  /** Id, version or another alias. */
  deployment: z.string().min(1),
  reason: Reason.default('set by hand'),
  /** For a protected one: only says where it should go. */
  propose: z.boolean().default(false),
  /** What the caller saw it name, null for nothing. */
  expected: Expected,
})

export const AliasApproval = Named.extend({
  reason: Reason,
  /** The deployment that the caller saw proposed: another proposal since then is a conflict. */
  expectedProposal: z.string().optional(),
})

export const AliasProtection = Named.extend({
  protected: z.boolean().default(true),
  /** Whether the caller saw it protected. */
  expectedProtected: z.boolean().optional(),
})
