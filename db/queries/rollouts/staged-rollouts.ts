// Staged rollouts: begun, found, and told with every step that they took. Whoever writes here holds the lock of all
// their groups (lockRollouts), so a row that was read under it is still true.

import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import { ACTIVE_STATES, type RolloutObservation, type RolloutPlan } from '#contract/rollout.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import { type Db, newId } from '../../db.ts'
import { deployments } from '../../schema/promote.ts'
import { rollingGroups, rolloutEvents, stagedRollouts } from '../../schema/rollout.ts'
import type { DeploymentRow } from '../deployments.ts'

export type StagedRow = typeof stagedRollouts.$inferSelect
export type RolloutEventRow = typeof rolloutEvents.$inferSelect

export interface StagedDraft {
  readonly deploymentId: string
  readonly plan: RolloutPlan
  readonly alias: string
  readonly overrideReason: string | null
  readonly startedBy: string
}

/** Of a step: who took it, why, and what was seen. */
export interface Note {
  readonly actor: string
  readonly reason: string
  readonly observation?: RolloutObservation
}

export interface StagedRollout {
  readonly rollout: StagedRow
  readonly deployment: DeploymentRow
}

/** A unique violation where one of the groups is on its way to another deployment. */
export async function insertStaged(tx: Db, draft: StagedDraft): Promise<StagedRow> {
  const [row] = await tx
    .insert(stagedRollouts)
    .values({ id: newId('rol'), state: 'running', reason: 'It begins', cuts: [], ...draft })
    .returning()
  await tx
    .insert(rollingGroups)
    .values(groupsOf(draft.plan).map((groupName) => ({ groupName, rolloutId: row!.id })))
  await writeEvent(tx, row!.id, 'begin', {
    actor: draft.startedBy,
    reason: `${draft.plan.stages.length} stages`,
  })
  return row!
}

export async function writeEvent(tx: Db, rolloutId: string, event: string, note: Note): Promise<void> {
  const { actor, reason, observation = null } = note
  await tx.insert(rolloutEvents).values({ rolloutId, event, actor, reason, observation })
}

const staged = (db: Db) =>
  db.select().from(stagedRollouts).innerJoin(deployments, eq(deployments.id, stagedRollouts.deploymentId))

const pairOf = (row: { staged_rollouts: StagedRow; deployments: DeploymentRow }): StagedRollout => ({
  rollout: row.staged_rollouts,
  deployment: row.deployments,
})

export async function findStaged(db: Db, id: string): Promise<StagedRollout | undefined> {
  const [row] = await staged(db).where(eq(stagedRollouts.id, id))
  return row && pairOf(row)
}

/** What the group is on its way to. */
export async function rollingIn(db: Db, groupName: string): Promise<StagedRollout | undefined> {
  const [row] = await staged(db)
    .innerJoin(rollingGroups, eq(rollingGroups.rolloutId, stagedRollouts.id))
    .where(eq(rollingGroups.groupName, groupName))
  return row && pairOf(row)
}

/** Those that have not ended, oldest first. */
export async function activeStaged(db: Db): Promise<StagedRollout[]> {
  const rows = await staged(db)
    .where(inArray(stagedRollouts.state, [...ACTIVE_STATES]))
    .orderBy(asc(stagedRollouts.createdAt))
  return rows.map(pairOf)
}

/** Oldest first. */
export async function eventsOf(db: Db, rolloutId: string, limit: number): Promise<RolloutEventRow[]> {
  const rows = await db
    .select()
    .from(rolloutEvents)
    .where(eq(rolloutEvents.rolloutId, rolloutId))
    .orderBy(desc(rolloutEvents.id))
    .limit(limit)
  return rows.reverse()
}

/** What was last seen of the devices before one of these steps. */
export async function lastObservation(db: Db, rolloutId: string): Promise<RolloutObservation | undefined> {
  const [row] = await db
    .select({ observation: rolloutEvents.observation })
    .from(rolloutEvents)
    .where(and(eq(rolloutEvents.rolloutId, rolloutId), sql`${rolloutEvents.observation} is not null`))
    .orderBy(desc(rolloutEvents.id))
    .limit(1)
  return row?.observation ?? undefined
}

/** The database's time, by which all replicas judge. */
export async function databaseNow(db: Db): Promise<Date> {
  const { rows } = await db.execute(sql`select extract(epoch from now())::float8 * 1000 as ms`)
  return new Date(Number(rows[0]!.ms))
}
