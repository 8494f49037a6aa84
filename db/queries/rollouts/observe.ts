// What is seen of a stage: its devices by their own last reports, and its decisions. A report counts only for the
// manifest that it names: a device that failed to install something else has not failed at this. An external edge
// cannot report: where a group has no edge device, those that were declared for the deployment are seen as serving it.

import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { DeviceReport } from '#contract/device-api.ts'
import type { DeviceProgress, RolloutObservation } from '#contract/rollout.ts'
import { cutFor, isReached } from '#core/promote/stage-members.ts'
import type { Db } from '../../db.ts'
import { devices } from '../../schema/profile.ts'
import { NO_FIGURES, qualityOf } from '../decisions.ts'
import { type DeviceRow, groupDevices } from '../devices.ts'
import { toldSequences } from '../manifests.ts'
import { activeExternalEdges } from './external-edges.ts'
import type { StagedRow } from './staged-rollouts.ts'

/** Whether the rollout has reached the device: then it is to run the rollout's deployment. */
export function isToRun(
  row: StagedRow,
  device: Pick<DeviceRow, 'id' | 'name' | 'tier' | 'groupName'>,
): boolean {
  if (device.tier === 'edge')
    return row.plan.stages.slice(0, row.cuts.length).some((s) => s.group === device.groupName)
  return isReached({ stages: row.plan.stages, cuts: row.cuts, rolloutId: row.id }, device.groupName, device)
}

/** Devices report at least twice a minute; one that is silent for longer asks no edge device for anything either. */
export const SILENT_AFTER_S = 120

/** Whether a local device of the group has said lately that it serves the deployment. */
export async function isServedLocally(db: Db, groupName: string, deploymentId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: devices.id })
    .from(devices)
    .where(
      and(
        eq(devices.groupName, groupName),
        eq(devices.tier, 'local'),
        isNull(devices.revokedAt),
        sql`${devices.lastSeenAt} > now() - make_interval(secs => ${SILENT_AFTER_S})`,
        sql`${devices.report} ->> 'servingDeploymentId' = ${deploymentId}`,
      ),
    )
    .limit(1)
  return row !== undefined
}

/** The cut of the stage that comes next. */
export async function nextCut(db: Db, row: StagedRow): Promise<number> {
  const stage = row.plan.stages[row.cuts.length]!
  return cutFor(stage, row.id, await groupDevices(db, stage.group, 'local'))
}

/** What of a device says how far it is: a group of thousands is looked at every second. */
const MEMBER = {
  id: devices.id,
  name: devices.name,
  tier: devices.tier,
  groupName: devices.groupName,
  enrolledAt: devices.enrolledAt,
  state: sql<DeviceReport['state'] | null>`${devices.report} ->> 'state'`,
  sequence: sql<number | null>`(${devices.report} -> 'sequence')::integer`,
  servingDeploymentId: sql<string | null>`${devices.report} ->> 'servingDeploymentId'`,
  message: sql<string | null>`${devices.report} ->> 'message'`,
}

/** Those that are not revoked, by name. */
export const groupMembers = (db: Db, groupName: string) =>
  db
    .select(MEMBER)
    .from(devices)
    .where(and(eq(devices.groupName, groupName), isNull(devices.revokedAt)))
    .orderBy(asc(devices.name))

export type Member = Awaited<ReturnType<typeof groupMembers>>[number]

function progressOf(device: Member, deploymentId: string, told: ReadonlySet<string>): DeviceProgress {
  const { name, tier, state } = device
  const at = { name, tier, joinedAtMs: device.enrolledAt.getTime(), message: '' }
  if (device.servingDeploymentId === deploymentId) return { ...at, state: 'serving' }
  const isUnderWay = state === 'failed' || state === 'installing'
  if (!isUnderWay || !told.has(`${device.id}/${device.sequence}`)) return { ...at, state: 'waiting' }
  return { ...at, state, message: device.message ?? '' }
}

/** Of the stage at `index`, by the devices that it has reached. */
export async function observeStage(db: Db, row: StagedRow, index: number): Promise<RolloutObservation> {
  const stage = row.plan.stages[index]
  if (!stage) return { devices: [], quality: NO_FIGURES }
  const until = { ...row, cuts: row.cuts.slice(0, index + 1) }
  const members = (await groupMembers(db, stage.group)).filter((device) => isToRun(until, device))
  return observeDevices(db, members, {
    groupName: stage.group,
    deploymentId: row.deploymentId,
    since: row.activatedAt ?? row.createdAt,
    atLeast: stage.minDecisions,
  })
}

interface Watched {
  readonly groupName: string
  readonly deploymentId: string
  readonly since: Date
  /** Decisions that are to be looked at where there are so many. */
  readonly atLeast?: number
}

export async function observeDevices(
  db: Db,
  members: readonly Member[],
  { groupName, deploymentId, since, atLeast = 0 }: Watched,
): Promise<RolloutObservation> {
  const changing = members.filter((d) => d.state === 'failed' || d.state === 'installing')
  const changingIds = changing.map((d) => d.id)
  const told = await toldSequences(db, deploymentId, changingIds)
  const deviceIds = members.filter((d) => d.tier === 'local').map((d) => d.id)
  const standIns = members.some((d) => d.tier === 'edge')
    ? []
    : await activeExternalEdges(db, groupName, deploymentId)
  return {
    devices: [
      ...members.map((device) => progressOf(device, deploymentId, told)),
      ...standIns.map(({ url, createdAt }) => ({
        name: url,
        tier: 'edge' as const,
        state: 'serving' as const,
        message: '',
        joinedAtMs: createdAt.getTime(),
      })),
    ],
    quality: await qualityOf(db, { deploymentId, deviceIds, since, atLeast }),
  }
}
