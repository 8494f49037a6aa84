// The rows that polls look at, each kind read by one query for all that ask at the same time: a promotion wakes a whole
// fleet, whose devices ask for the same few rows of their groups, and each for its own newest manifest. New manifests
// are stored the same way. A poll holds a connection for no longer than such a query, and never while its manifest is
// signed.

import type { Db } from '#db/db.ts'
import type { CurrentRollout, DeploymentRow } from '#db/queries/deployments.ts'
import type { DeviceRow } from '#db/queries/devices.ts'
import { insertNext, lastManifests, type ManifestStore, type NextManifest } from '#db/queries/manifests.ts'
import {
  declaredByGroup,
  edgesByGroup,
  servedByGroup,
  type ToldAt,
  toldBeforeEach,
  toldKey,
} from '#db/queries/polls/group-edges.ts'
import { currentByGroup, deploymentsById, rollingByGroup } from '#db/queries/polls/group-rows.ts'
import type { ExternalEdgeRow } from '#db/queries/rollouts/external-edges.ts'
import type { StagedRollout } from '#db/queries/rollouts/staged-rollouts.ts'
import { inBatches } from '../in-batches.ts'

/** Read after they were asked for. */
export interface PollRows {
  current(groupName: string): Promise<CurrentRollout | undefined>
  rolling(groupName: string): Promise<StagedRollout | undefined>
  edges(groupName: string): Promise<readonly DeviceRow[]>
  /** Servers that were declared as the edge half of one of the group's deployments. */
  declared(groupName: string): Promise<readonly ExternalEdgeRow[]>
  isServedLocally(groupName: string, deploymentId: string): Promise<boolean>
  toldBefore(told: ToldAt): Promise<string | undefined>
  deployment(id: string): Promise<DeploymentRow | undefined>
  readonly manifests: ManifestStore
}

export function pollRows(db: Db): PollRows {
  const edges = inBatches(edgesByGroup(db))
  const declared = inBatches(declaredByGroup(db))
  const served = inBatches(servedByGroup(db))
  const before = inBatches(toldBeforeEach(db))
  const insert = inBatches<NextManifest, true>(insertNext(db))
  return {
    current: inBatches(currentByGroup(db)),
    rolling: inBatches(rollingByGroup(db)),
    edges: async (groupName) => (await edges(groupName)) ?? [],
    declared: async (groupName) => (await declared(groupName)) ?? [],
    isServedLocally: async (groupName, id) => (await served(groupName))?.has(id) === true,
    toldBefore: (told) => before(toldKey(told)),
    deployment: inBatches(deploymentsById(db)),
    manifests: {
      last: inBatches(lastManifests(db)),
      insert: async (next) => (await insert(next)) === true,
    },
  }
}
