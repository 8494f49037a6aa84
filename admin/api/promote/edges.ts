// Stage promote: edge halves at servers of others, for devices whose edge machine cannot run this platform's worker.
// Each counts for one deployment in one group, as if an edge device there had reported it, until it is revoked.

import { ById } from '#contract/api/names.ts'
import { EdgeDeclaration, EdgeList } from '#contract/api/promote/edges.ts'
import type { Db } from '#db/db.ts'
import { currentRollout, type DeploymentRow } from '#db/queries/deployments.ts'
import { pageExternalEdges } from '#db/queries/lists/alias-lists.ts'
import { pageDeployments } from '#db/queries/lists/promote-lists.ts'
import { resolveDeployment } from '#db/queries/rollouts/aliases.ts'
import { findExternalEdge, revokeExternalEdge } from '#db/queries/rollouts/external-edges.ts'
import { found, Refusal } from '../../refusal.ts'
import { mutation, query, router } from '../trpc.ts'
import { declareEdge, requireFit } from './external-edge.ts'

async function deploymentOf(db: Db, group: string, which: string | undefined): Promise<DeploymentRow> {
  if (which !== undefined) return found(await resolveDeployment(db, group, which), 'deployment', which)
  const row =
    (await currentRollout(db, group))?.deployment ?? (await pageDeployments(db, { limit: 1 })).items[0]
  if (!row)
    throw new Refusal(
      'invalid',
      'Cannot declare an edge: nothing was promoted yet, expected a deployment whose edge half it is (or promote with --edge-url)',
    )
  return row
}

export const edgesRouter = router({
  declare: mutation.input(EdgeDeclaration).mutation(async ({ ctx, input }) => {
    const { document } = await deploymentOf(ctx.db, input.group, input.deployment)
    await requireFit(ctx, document.edge, input)
    const row = await declareEdge(ctx.db, input, {
      group: input.group,
      deployment: document,
      by: ctx.actor.name,
    })
    ctx.audit.changed(`edge ${row.id}`, null, row)
    return { ...row, version: document.version }
  }),

  list: query.input(EdgeList.prefault({})).query(({ ctx, input }) => pageExternalEdges(ctx.db, input)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) =>
      found(await findExternalEdge(ctx.db, input.id), 'external edge', input.id),
    ),

  /** Devices are told at once, and answer by themselves where it was the only one. */
  revoke: mutation.input(ById).mutation(async ({ ctx, input }) => {
    const edge = found(await findExternalEdge(ctx.db, input.id), 'external edge', input.id)
    const revoked = await revokeExternalEdge(ctx.db, edge.id)
    if (revoked) ctx.audit.changed(`edge ${edge.id}`, { revoked: false }, { revoked: true })
    return { revoked }
  }),
})
