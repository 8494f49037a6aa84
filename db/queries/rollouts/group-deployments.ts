// What every group runs or is on its way to, for looks at the whole fleet.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

export interface GroupDeployments {
  readonly current: number | null
  /** Of the staged rollout that is under way. */
  readonly next: number | null
}

/** Versions of deployments, by group; groups that nothing was promoted to are missing. */
export async function deploymentsByGroup(db: Db): Promise<ReadonlyMap<string, GroupDeployments>> {
  const { rows } = await db.execute(sql`
    select coalesce(here.group_name, rolling.group_name) as name, here.version as current, rolling.version as next
    from (
      select r.group_name, d.version from rollouts r join deployments d on d.id = r.deployment_id
      where r.state = 'current'
    ) here
    full join (
      select g.group_name, d.version from rolling_groups g
      join staged_rollouts s on s.id = g.rollout_id join deployments d on d.id = s.deployment_id
    ) rolling on rolling.group_name = here.group_name`)
  return new Map(
    (rows as unknown as ({ name: string } & GroupDeployments)[]).map(({ name, current, next }) => [
      name,
      { current, next },
    ]),
  )
}

export async function versionsById(db: Db): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.execute(sql`select id, version from deployments`)
  return new Map((rows as { id: string; version: number }[]).map(({ id, version }) => [id, version]))
}
