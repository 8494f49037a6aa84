// Stage promote: names for deployments. A protected name moves forward only in two calls: one proposes, one approves
// with a reason, and both are kept. Rolling back moves `stable` without asking: the way to safety has no gate, and a
// name that says otherwise than the devices do helps nobody.

import type { z } from 'zod'
import {
  AliasApproval,
  AliasHistory,
  AliasList,
  AliasMove,
  AliasProtection,
} from '#contract/api/promote/aliases.ts'
import type { Db } from '#db/db.ts'
import { lockRollouts } from '#db/queries/deployments.ts'
import { pageAliases, pageAliasMoves } from '#db/queries/lists/alias-lists.ts'
import {
  type AliasRow,
  findAlias,
  moveAlias,
  proposeAlias,
  protectAlias,
  resolveDeployment,
} from '#db/queries/rollouts/aliases.ts'
import { found, Refusal } from '../../refusal.ts'
import { mutation, query, router } from '../trpc.ts'

/** Who moved it last, for a conflict. */
async function lastMove(tx: Db, group: string, name: string): Promise<string> {
  const move = (await pageAliasMoves(tx, { group, name, limit: 1 })).items[0]
  return move ? `${move.actor} moved it to ${move.deploymentId} meanwhile` : 'it names nothing'
}

async function requireNamed(tx: Db, input: z.infer<typeof AliasMove>, alias: AliasRow | undefined) {
  const { group, name, expected } = input
  if (expected === undefined || (alias?.deploymentId ?? null) === expected) return
  const who = await lastMove(tx, group, name)
  throw new Refusal(
    'conflict',
    `Cannot move alias "${name}" of group "${group}": ${who}; look again, then decide`,
  )
}

export const aliasesRouter = router({
  list: query.input(AliasList.prefault({})).query(({ ctx, input }) => pageAliases(ctx.db, input)),

  history: query.input(AliasHistory).query(({ ctx, input }) => pageAliasMoves(ctx.db, input)),

  set: mutation.input(AliasMove).mutation(({ ctx, input }) =>
    ctx.db.transaction(async (tx) => {
      const { group, name, deployment: which, reason, propose } = input
      await lockRollouts(tx, group)
      const deployment = found(await resolveDeployment(tx, group, which), 'deployment', which)
      const target = { group, name, deploymentId: deployment.id }
      const alias = await findAlias(tx, group, name)
      await requireNamed(tx, input, alias)
      if (alias?.isProtected && !propose)
        throw new Refusal(
          'gate',
          `Cannot move alias "${name}" of group "${group}": it is protected, expected a proposal and its approval with a reason`,
        )
      if (alias?.isProtected) await proposeAlias(tx, target, ctx.actor.name)
      else await moveAlias(tx, target, { actor: ctx.actor.name, reason })
      const moved = (await findAlias(tx, group, name))!
      ctx.audit.changed(`alias ${group}/${name}`, alias ?? null, moved)
      return moved
    }),
  ),

  approve: mutation.input(AliasApproval).mutation(({ ctx, input }) =>
    ctx.db.transaction(async (tx) => {
      const { group, name, reason } = input
      await lockRollouts(tx, group)
      const alias = found(await findAlias(tx, group, name), 'alias', name)
      if (alias.proposedId === null)
        throw new Refusal('conflict', `Cannot approve alias "${name}": nobody has proposed where it goes`)
      if (input.expectedProposal !== undefined && input.expectedProposal !== alias.proposedId)
        throw new Refusal(
          'conflict',
          `Cannot approve alias "${name}": ${alias.proposedBy} proposed ${alias.proposedId} meanwhile; look again, then decide`,
        )
      const by = { actor: ctx.actor.name, reason: `${reason} (proposed by ${alias.proposedBy})` }
      await moveAlias(tx, { group, name, deploymentId: alias.proposedId }, by)
      const moved = (await findAlias(tx, group, name))!
      ctx.audit.changed(`alias ${group}/${name}`, alias, moved)
      return moved
    }),
  ),

  protect: mutation.input(AliasProtection).mutation(({ ctx, input }) =>
    ctx.db.transaction(async (tx) => {
      const { group, name, expectedProtected } = input
      await lockRollouts(tx, group)
      const isProtected = (await findAlias(tx, group, name))?.isProtected ?? false
      if (expectedProtected !== undefined && expectedProtected !== isProtected)
        throw new Refusal(
          'conflict',
          `Cannot protect alias "${name}" of group "${group}": it is ${isProtected ? '' : 'not '}protected meanwhile; look again, then decide`,
        )
      ctx.audit.changed(`alias ${group}/${name}`, { isProtected }, { isProtected: input.protected })
      return protectAlias(tx, group, name, input.protected)
    }),
  ),
})
