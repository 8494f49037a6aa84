// Stage promote: names for deployments. A protected name moves forward only in two calls: one proposes, one approves
// with a reason, and both are kept. Rolling back moves `stable` without asking: the way to safety has no gate, and a
// name that says otherwise than the devices do helps nobody.

import { z } from 'zod'
import { lockRollouts } from '#db/queries/deployments.ts'
import {
  aliasHistory,
  findAlias,
  listAliases,
  moveAlias,
  proposeAlias,
  protectAlias,
  resolveDeployment,
} from '#db/queries/rollouts/aliases.ts'
import { found, Refusal } from '../../refusal.ts'
import { GroupName } from '../inputs.ts'
import { mutation, query, router } from '../trpc.ts'
import { AliasName } from './promotion.ts'

const Named = z.object({ group: GroupName, name: AliasName })
const Reason = z.string().trim().min(3).max(1_000)

export const aliasesRouter = router({
  list: query
    .input(z.object({ group: GroupName }))
    .query(async ({ ctx, input }) =>
      (await listAliases(ctx.db, input.group)).map(({ alias, version }) => ({ ...alias, version })),
    ),

  /** Newest first. */
  history: query
    .input(Named.extend({ limit: z.number().int().min(1).max(200).default(20) }))
    .query(({ ctx, input }) => aliasHistory(ctx.db, input.group, input.name, input.limit)),

  set: mutation
    .input(
      Named.extend({
        /** Id, version or another alias. */
        deployment: z.string().min(1),
        reason: Reason.default('set by hand'),
        /** For a protected one: only says where it should go. */
        propose: z.boolean().default(false),
      }),
    )
    .mutation(({ ctx, input: { group, name, deployment: which, reason, propose } }) =>
      ctx.db.transaction(async (tx) => {
        await lockRollouts(tx, group)
        const deployment = found(await resolveDeployment(tx, group, which), 'deployment', which)
        const target = { group, name, deploymentId: deployment.id }
        const alias = await findAlias(tx, group, name)
        if (alias?.isProtected && !propose)
          throw new Refusal(
            'gate',
            `Cannot move alias "${name}" of group "${group}": it is protected, expected a proposal and its approval with a reason`,
          )
        if (alias?.isProtected) await proposeAlias(tx, target, ctx.actor.name)
        else await moveAlias(tx, target, { actor: ctx.actor.name, reason })
        return (await findAlias(tx, group, name))!
      }),
    ),

  approve: mutation.input(Named.extend({ reason: Reason })).mutation(({ ctx, input }) =>
    ctx.db.transaction(async (tx) => {
      const { group, name, reason } = input
      await lockRollouts(tx, group)
      const alias = found(await findAlias(tx, group, name), 'alias', name)
      if (alias.proposedId === null)
        throw new Refusal('conflict', `Cannot approve alias "${name}": nobody has proposed where it goes`)
      const by = { actor: ctx.actor.name, reason: `${reason} (proposed by ${alias.proposedBy})` }
      await moveAlias(tx, { group, name, deploymentId: alias.proposedId }, by)
      return (await findAlias(tx, group, name))!
    }),
  ),

  protect: mutation
    .input(Named.extend({ protected: z.boolean().default(true) }))
    .mutation(({ ctx, input }) => protectAlias(ctx.db, input.group, input.name, input.protected)),
})
