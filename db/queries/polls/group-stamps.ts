// Whether anything has changed in a group that could change what a device of it is to run, asked for many at once.
//
// A stamp stands for all rows that admin/device/wanted.ts reads of a group beside the asking device's own: two equal
// stamps mean that the answer to a device is the same. It may change without need, never the other way round. Which
// deployments local devices serve is looked up only where wanted.ts would: while a rollout is under way, or where an
// edge device serves something else than the current one. A group at rest is not searched for it: what is read then are
// its edge devices and its revoked ones, by an index each, however many local ones it has.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

export interface GroupStamp {
  readonly wanted: string
  /** How many of its devices were revoked. */
  readonly revoked: string
}

/** As rollouts/observe.ts judges who is there. */
const SILENT_AFTER_S = 120

const EDGES = sql`
  select
    count(*) filter (where d.report ->> 'servingDeploymentId' is distinct from here.deployment_id) as elsewhere,
    jsonb_agg(jsonb_build_array(d.id, d.url, d.report -> 'servingDeploymentId', d.report -> 'state',
      d.report -> 'sequence') order by d.id) as edges
  from devices d where d.group_name = g.name and d.tier = 'edge' and d.revoked_at is null`

const REVOKED = sql`
  select count(*) as devices from devices d where d.group_name = g.name and d.revoked_at is not null`

const SERVED_LOCALLY = sql`
  select jsonb_agg(distinct d.report ->> 'servingDeploymentId') from devices d
  where d.group_name = g.name and d.tier = 'local' and d.revoked_at is null
    and d.last_seen_at > now() - make_interval(secs => ${sql.raw(String(SILENT_AFTER_S))})`

const EXTERNAL = sql`
  select jsonb_agg(x.id order by x.id) from external_edges x
  where x.group_name = g.name and x.revoked_at is null`

/** One for each group, also for one that has no device. */
export function groupStamps(
  db: Db,
): (groupNames: readonly string[]) => Promise<ReadonlyMap<string, GroupStamp>> {
  const query = db
    .select({
      name: sql<string>`g.name`,
      revoked: sql<string>`r.devices::text`,
      wanted: sql<string>`md5(jsonb_build_array(here.id, rolling.id, rolling.cuts, e.edges, (${EXTERNAL}),
        case when rolling.id is not null or e.elsewhere > 0 then (${SERVED_LOCALLY}) end)::text)`,
    })
    .from(sql`unnest(${sql.placeholder('groupNames')}::text[]) as g(name)
      left join rollouts here on here.group_name = g.name and here.state = 'current'
      left join rolling_groups rg on rg.group_name = g.name
      left join staged_rollouts rolling on rolling.id = rg.rollout_id
      cross join lateral (${EDGES}) e
      cross join lateral (${REVOKED}) r`)
    .prepare('group_stamps')
  return async (groupNames) => {
    const rows = await query.execute({ groupNames })
    return new Map(rows.map(({ name, wanted, revoked }) => [name, { wanted, revoked }]))
  }
}
