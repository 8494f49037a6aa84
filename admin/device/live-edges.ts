// Where a deployment's edge half is live, by rows alone: the edge devices that report that they serve it, those that
// serve another one now and keep it running beside as their previous, and the external edges that were declared for it,
// which count as live until they are revoked: they cannot report.
//
// That a device keeps its previous one is not reported but follows from what it was told and what it says it
// serves. A previous one that never started would follow just as well; so it counts only where some local device
// still serves the pair, which none does before an edge device has reported it.

import type { EdgePlace } from '#contract/manifest.ts'
import type { Db } from '#db/db.ts'
import { type DeviceRow, groupDevices } from '#db/queries/devices.ts'
import { toldBefore } from '#db/queries/manifests.ts'
import { activeExternalEdges, placeOf } from '#db/queries/rollouts/external-edges.ts'
import { isServedLocally } from '#db/queries/rollouts/observe.ts'

export async function edgesRunning(db: Db, groupName: string, deploymentId: string): Promise<EdgePlace[]> {
  const edges = await groupDevices(db, groupName, 'edge')
  const serves = (edge: DeviceRow) => edge.report?.servingDeploymentId === deploymentId
  const isKept =
    edges.every(serves) || !(await isServedLocally(db, groupName, deploymentId))
      ? async () => false
      : async (edge: DeviceRow) => (await keptBeside(db, edge)) === deploymentId
  const live: EdgePlace[] = []
  for (const edge of edges) if (serves(edge) || (await isKept(edge))) live.push({ url: edge.url })
  return [...live, ...(await declaredEdges(db, groupName, deploymentId))]
}

export async function declaredEdges(db: Db, groupName: string, deploymentId: string): Promise<EdgePlace[]> {
  return (await activeExternalEdges(db, groupName, deploymentId)).map(placeOf)
}

/** What an edge device that serves one deployment keeps running beside it. */
export async function keptBeside(db: Db, edge: DeviceRow): Promise<string | undefined> {
  const { report } = edge
  if (report?.state !== 'serving' || report.servingDeploymentId === null) return undefined
  const told = { sequence: report.sequence, deploymentId: report.servingDeploymentId }
  return toldBefore(db, edge.id, told)
}
