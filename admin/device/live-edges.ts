// Where a deployment's edge half is live, by rows alone: the edge devices that report that they serve it, those that
// serve another one now and keep it running beside as their previous, and the external edges that were declared for it,
// which count as live until they are revoked: they cannot report.
//
// That a device keeps its previous one is not reported but follows from what it was told and what it says it
// serves. A previous one that never started would follow just as well; so it counts only where some local device
// still serves the pair, which none does before an edge device has reported it.

import type { EdgePlace } from '#contract/manifest.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { placeOf } from '#db/queries/rollouts/external-edges.ts'
import type { PollRows } from './polls/poll-rows.ts'

export async function edgesRunning(
  rows: PollRows,
  groupName: string,
  deploymentId: string,
): Promise<EdgePlace[]> {
  const edges = await rows.edges(groupName)
  const serves = (edge: DeviceRow) => edge.report?.servingDeploymentId === deploymentId
  const isKept =
    edges.every(serves) || !(await rows.isServedLocally(groupName, deploymentId))
      ? async () => false
      : async (edge: DeviceRow) => (await keptBeside(rows, edge)) === deploymentId
  const live: EdgePlace[] = []
  for (const edge of edges) if (serves(edge) || (await isKept(edge))) live.push({ url: edge.url })
  return [...live, ...(await declaredEdges(rows, groupName, deploymentId))]
}

export async function declaredEdges(
  rows: PollRows,
  groupName: string,
  deploymentId: string,
): Promise<EdgePlace[]> {
  const declared = await rows.declared(groupName)
  return declared.filter((edge) => edge.deploymentId === deploymentId).map(placeOf)
}

/** What an edge device that serves one deployment keeps running beside it. */
export async function keptBeside(rows: PollRows, { id, report }: DeviceRow): Promise<string | undefined> {
  if (report?.state !== 'serving' || report.servingDeploymentId === null) return undefined
  const { sequence, servingDeploymentId } = report
  return rows.toldBefore({ deviceId: id, sequence, deploymentId: servingDeploymentId })
}
