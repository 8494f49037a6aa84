// What the answer to every device of a group depends on, read for many groups at once: a promotion wakes a whole fleet,
// whose devices ask for the same rows.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { deployments } from '../../schema/promote.ts'
import { rollingGroups, rollouts, stagedRollouts } from '../../schema/rollout.ts'
import type { CurrentRollout, DeploymentRow } from '../deployments.ts'
import type { StagedRollout } from '../rollouts/staged-rollouts.ts'

type Load<V> = (groupNames: readonly string[]) => Promise<ReadonlyMap<string, V>>

export function currentByGroup(db: Db): Load<CurrentRollout> {
  const query = db
    .select({ rollout: rollouts, deployment: deployments })
    .from(rollouts)
    .innerJoin(deployments, sql`${deployments.id} = ${rollouts.deploymentId}`)
    .where(sql`${rollouts.groupName} = any(${sql.placeholder('names')}) and ${rollouts.state} = 'current'`)
    .prepare('current_by_group')
  return async (names) => new Map((await query.execute({ names })).map((row) => [row.rollout.groupName, row]))
}

/** They never change, but most are asked for once. */
export function deploymentsById(db: Db): Load<DeploymentRow> {
  const query = db
    .select()
    .from(deployments)
    .where(sql`${deployments.id} = any(${sql.placeholder('ids')})`)
    .prepare('deployments_by_id')
  return async (ids) => new Map((await query.execute({ ids })).map((row) => [row.id, row]))
}

/** What each is on its way to. */
export function rollingByGroup(db: Db): Load<StagedRollout> {
  const query = db
    .select({ name: rollingGroups.groupName, rollout: stagedRollouts, deployment: deployments })
    .from(rollingGroups)
    .innerJoin(stagedRollouts, sql`${stagedRollouts.id} = ${rollingGroups.rolloutId}`)
    .innerJoin(deployments, sql`${deployments.id} = ${stagedRollouts.deploymentId}`)
    .where(sql`${rollingGroups.groupName} = any(${sql.placeholder('names')})`)
    .prepare('rolling_by_group')
  return async (names) => new Map((await query.execute({ names })).map(({ name, ...row }) => [name, row]))
}
