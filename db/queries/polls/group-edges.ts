// What decides where a deployment's edge half is live, read for many groups at once: their edge devices, the servers that
// were declared for them, what their local devices serve, and what an edge device ran before.

import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { devices } from '../../schema/profile.ts'
import { externalEdges } from '../../schema/promote.ts'
import type { DeviceRow } from '../devices.ts'
import type { ExternalEdgeRow } from '../rollouts/external-edges.ts'
import { SILENT_AFTER_S } from '../rollouts/observe.ts'

type Load<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>

/** By name; groups without any are missing. */
export function edgesByGroup(db: Db): Load<readonly DeviceRow[]> {
  return async (names) => {
    const rows = await db
      .select()
      .from(devices)
      .where(and(inArray(devices.groupName, [...names]), eq(devices.tier, 'edge'), isNull(devices.revokedAt)))
      .orderBy(asc(devices.name))
    return byGroup(rows)
  }
}

/** The active ones of all deployments, oldest first; groups without any are missing. */
export function declaredByGroup(db: Db): Load<readonly ExternalEdgeRow[]> {
  return async (names) => {
    const rows = await db
      .select()
      .from(externalEdges)
      .where(and(inArray(externalEdges.groupName, [...names]), isNull(externalEdges.revokedAt)))
      .orderBy(asc(externalEdges.createdAt), asc(externalEdges.id))
    return byGroup(rows)
  }
}

/** The deployments that local devices of each group have lately said they serve. */
export function servedByGroup(db: Db): Load<ReadonlySet<string>> {
  return async (names) => {
    const rows = await db
      .selectDistinct({
        groupName: devices.groupName,
        deploymentId: sql<string | null>`${devices.report} ->> 'servingDeploymentId'`,
      })
      .from(devices)
      .where(
        and(
          inArray(devices.groupName, [...names]),
          eq(devices.tier, 'local'),
          isNull(devices.revokedAt),
          sql`${devices.lastSeenAt} > now() - make_interval(secs => ${SILENT_AFTER_S})`,
        ),
      )
    const served = new Map<string, Set<string>>()
    for (const { groupName, deploymentId } of rows) {
      if (deploymentId === null) continue
      served.set(groupName, (served.get(groupName) ?? new Set()).add(deploymentId))
    }
    return served
  }
}

/** A manifest of a device, and the deployment that it names. */
export interface ToldAt {
  readonly deviceId: string
  readonly sequence: number
  readonly deploymentId: string
}

export const toldKey = ({ deviceId, sequence, deploymentId }: ToldAt): string =>
  JSON.stringify([deviceId, sequence, deploymentId])

/** What each device was told to run before the manifest, other than what that names; by `toldKey`. */
export function toldBeforeEach(db: Db): Load<string> {
  return async (keys) => {
    const { rows } = await db.execute(sql`
      select k.key, before.deployment_id as id
      from unnest(${sql.param([...keys])}::text[]) as k(key)
      cross join lateral (
        select m.deployment_id from manifests m
        where m.device_id = k.key::json ->> 0 and m.sequence < (k.key::json ->> 1)::integer
          and m.deployment_id <> k.key::json ->> 2
        order by m.sequence desc limit 1
      ) before`)
    return new Map(rows.map((row) => [row.key as string, row.id as string]))
  }
}

function byGroup<R extends { readonly groupName: string }>(rows: readonly R[]): ReadonlyMap<string, R[]> {
  const groups = new Map<string, R[]>()
  for (const row of rows) {
    const group = groups.get(row.groupName)
    if (group) group.push(row)
    else groups.set(row.groupName, [row])
  }
  return groups
}
