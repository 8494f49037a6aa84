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

export interface RunningPair {
  readonly deploymentId: string
  readonly local: string
  readonly edge: string
  readonly router: { readonly version: number; readonly kind: string }
}

/** What the deployments of these versions are made of. */
export async function pairsByVersion(
  db: Db,
  versions: readonly number[],
): Promise<ReadonlyMap<number, RunningPair>> {
  const { rows } = await db.execute(sql`
    select version, id as "deploymentId", document -> 'local' ->> 'name' as local, document -> 'edge' ->> 'name' as edge,
      jsonb_build_object('version', (document -> 'router' -> 'version')::integer, 'kind', document -> 'router' ->> 'kind')
        as router
    from deployments where version = any(${sql.param([...versions])}::integer[])`)
  return new Map(
    (rows as unknown as ({ version: number } & RunningPair)[]).map(({ version, ...pair }) => [version, pair]),
  )
}
