// Stage promote: edge halves at servers of others, for devices whose edge machine cannot run this platform's worker.
// Each counts for one deployment in one group, as if an edge device there had reported it, until it is revoked.

import { z } from 'zod'
import type { Db } from '#db/db.ts'
import { currentRollout, type DeploymentRow, listDeployments } from '#db/queries/deployments.ts'
import { resolveDeployment } from '#db/queries/rollouts/aliases.ts'
import {
  findExternalEdge,
  listExternalEdges,
  revokeExternalEdge,
} from '#db/queries/rollouts/external-edges.ts'
import { found, Refusal } from '../../refusal.ts'
import { ById, GroupName } from '../inputs.ts'
import { mutation, query, router } from '../trpc.ts'
import { declareEdge, ExternalEdge, requireAdmin, requireFit } from './external-edge.ts'

const Declaration = ExternalEdge.extend({
  group: GroupName,
  /** Id, version or alias; what is current in the group, else the newest, where it is left out. */
  deployment: z.string().min(1).max(100).optional(),
})

const Which = z.object({
  group: GroupName.removeDefault().optional(),
  /** Revoked ones too. */
  all: z.boolean().default(false),
})

async function deploymentOf(db: Db, group: string, which: string | undefined): Promise<DeploymentRow> {
  if (which !== undefined) return found(await resolveDeployment(db, group, which), 'deployment', which)
  const row = (await currentRollout(db, group))?.deployment ?? (await listDeployments(db))[0]
  if (!row)
    throw new Refusal(
      'invalid',
      'Cannot declare an edge: nothing was promoted yet, expected a deployment whose edge half it is (or promote with --edge-url)',
    )
  return row
}

export const edgesRouter = router({
  declare: mutation.input(Declaration).mutation(async ({ ctx, input }) => {
    requireAdmin(ctx.actor)
    const { document } = await deploymentOf(ctx.db, input.group, input.deployment)
    await requireFit(ctx, document.edge, input)
    const row = await declareEdge(ctx.db, input, {
      group: input.group,
      deployment: document,
      by: ctx.actor.name,
    })
    return { ...row, version: document.version }
  }),

  list: query
    .input(Which.default({ all: false }))
    .query(({ ctx, input: { group, all } }) => listExternalEdges(ctx.db, { group, all })),

  /** Devices are told at once, and answer by themselves where it was the only one. */
  revoke: mutation.input(ById).mutation(async ({ ctx, input }) => {
    const edge = found(await findExternalEdge(ctx.db, input.id), 'external edge', input.id)
    return { revoked: await revokeExternalEdge(ctx.db, edge.id) }
  }),
})
