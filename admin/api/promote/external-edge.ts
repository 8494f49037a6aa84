// An edge half at somebody else's server: what an admin says of it, and the check before it is believed. The control
// plane is made to ask an address of the caller's choosing, so only admins may: whoever holds that key may run anything
// on the fleet anyway.

import type { ExternalEdge } from '#contract/api/promote/edges.ts'
import { LabelList, type ModelRef } from '#contract/model.ts'
import { reasonsAgainstEdge } from '#core/promote/check-external-edge.ts'
import type { Db } from '#db/db.ts'
import { type ExternalEdgeRow, ensureExternalEdge } from '#db/queries/rollouts/external-edges.ts'
import type { Context } from '../../context.ts'
import { Refusal } from '../../refusal.ts'
import { readEdgeServer, refused } from './read-edge-server.ts'

/** Refuses a server that says of its model what the deployment's edge model is not. */
export async function requireFit(ctx: Context, edge: ModelRef, { url, model }: ExternalEdge): Promise<void> {
  const classes = LabelList.parse(
    JSON.parse((await ctx.artifacts.readVerified(edge.labels.digest)).toString('utf8')),
  )
  const name = model ?? edge.name
  const there = await readEdgeServer(url, name)
  const expected = { contract: edge.contract, classes: classes.length }
  const reasons = reasonsAgainstEdge(there.server, there.model, expected)
  if (reasons.length > 0)
    throw refused(url, `its model "${name}" is not the edge model "${edge.name}": ${reasons.join('; ')}`)
}

export interface Declaration {
  readonly group: string
  readonly deployment: { readonly id: string; readonly version: number; readonly edge: ModelRef }
  readonly by: string
}

/** Declaring twice is declaring once; under another model it is a contradiction. */
export async function declareEdge(
  db: Db,
  { url, model }: ExternalEdge,
  { group, deployment, by }: Declaration,
): Promise<ExternalEdgeRow> {
  const wanted = model ?? deployment.edge.name
  const row = await ensureExternalEdge(db, {
    groupName: group,
    url,
    model: wanted,
    deploymentId: deployment.id,
    createdBy: by,
  })
  if (row.model !== wanted)
    throw new Refusal(
      'conflict',
      `Cannot declare edge "${url}": it is declared with model "${row.model}" for deployment ${deployment.version}, expected that one, or a revocation first`,
    )
  return row
}
