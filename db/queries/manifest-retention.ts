// Which old manifests are deleted. A device needs none of them again; what is kept is kept for the questions that the
// control plane asks of them:
// - the newest ones, of which the very newest carries the device's counter: it is never deleted, so no sequence comes
//   twice;
// - from what the device last reported on: a report counts only for the manifest that it names;
// - what it was told before that, other than what it serves: an edge device keeps that one running beside (toldBeforeEach);
// - the newest manifest of each of the last deployments: their artifacts may have to be fetched again (told-artifacts).
//
// Deployments themselves are never deleted.

import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

export interface Retention {
  /** Newest manifests of a device. */
  readonly newest: number
  /** Newest deployments that a device was told of. */
  readonly deployments: number
}

export interface Sweep {
  readonly deleted: number
  /** The last device that was looked at; undefined where none is left behind it. */
  readonly deviceId: string | undefined
}

/** Of at most `devicesMax` devices, in the order of their ids, behind `afterId`. */
export async function deleteOldManifests(
  db: Db,
  { newest, deployments }: Retention,
  { afterId, devicesMax }: { readonly afterId: string; readonly devicesMax: number },
): Promise<Sweep> {
  const { rows } = await db.execute(sql`
    with looked as (
      select id, (report ->> 'sequence')::integer as reported, report ->> 'servingDeploymentId' as serving
      from devices where id > ${afterId} order by id limit ${devicesMax}
    ), ranked as (
      select m.device_id, m.sequence, m.deployment_id, l.reported, l.serving,
        row_number() over (partition by m.device_id order by m.sequence desc) as place,
        max(m.sequence) over (partition by m.device_id, m.deployment_id) as newest_of_its
      from manifests m join looked l on l.id = m.device_id
    ), placed as (
      select *, dense_rank() over (partition by device_id order by newest_of_its desc) as deployment_place,
        max(sequence) filter (where sequence < reported and deployment_id <> serving)
          over (partition by device_id) as told_before
      from ranked
    ), gone as (
      delete from manifests m using placed p
      where m.device_id = p.device_id and m.sequence = p.sequence
        and p.place > ${newest} and p.sequence < p.reported
        and p.sequence is distinct from p.told_before
        and not (p.sequence = p.newest_of_its and p.deployment_place <= ${deployments})
      returning m.device_id
    )
    select (select count(*) from gone)::integer as deleted, (select max(id) from looked) as last,
      (select count(*) from looked)::integer as looked`)
  const { deleted, last, looked } = rows[0] as { deleted: number; last: string | null; looked: number }
  return { deleted, deviceId: looked < devicesMax ? undefined : (last ?? undefined) }
}
