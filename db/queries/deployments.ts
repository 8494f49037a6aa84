// Immutable deployments and the history of which one is current in each group. Superseding the old rollout and
// inserting the new one is one transaction under a lock of the group, and a partial unique index stands behind.

import { and, desc, eq, lt, or, sql } from 'drizzle-orm'
import type { Deployment } from '#contract/deployment.ts'
import { type Db, newId } from '../db.ts'
import { deployments } from '../schema/promote.ts'
import { rollouts } from '../schema/rollout.ts'

export type DeploymentRow = typeof deployments.$inferSelect
export type RolloutRow = typeof rollouts.$inferSelect

export async function insertDeployment(
  db: Db,
  draft: Omit<Deployment, 'id' | 'version'>,
): Promise<DeploymentRow> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('tandem.deployment-version', 0))`)
    const [last] = await tx
      .select({ v: deployments.version })
      .from(deployments)
      .orderBy(desc(deployments.version))
      .limit(1)
    const document: Deployment = { ...draft, id: newId('dep'), version: (last?.v ?? 0) + 1 }
    const [row] = await tx
      .insert(deployments)
      .values({
        id: document.id,
        version: document.version,
        localModelId: draft.local.id,
        edgeModelId: draft.edge.id,
        routerId: draft.router.id,
        functionId: draft.function.id,
        document,
      })
      .returning()
    return row!
  })
}

export async function findDeployment(db: Db, idOrVersion: string): Promise<DeploymentRow | undefined> {
  const version = /^\d{1,9}$/.test(idOrVersion) ? Number(idOrVersion) : -1
  const [row] = await db
    .select()
    .from(deployments)
    .where(or(eq(deployments.id, idOrVersion), eq(deployments.version, version)))
  return row
}

export interface RolloutDraft {
  readonly groupName: string
  readonly deploymentId: string
  readonly kind: 'promote' | 'rollback'
  readonly overrideReason: string | null
  readonly startedBy: string
  /** The staged rollout that ends in it. */
  readonly stagedId?: string
  /** Why it is rolled back. */
  readonly reason?: string
}

const lockOf = (groupName: string) => sql`hashtextextended(${`tandem.rollout.${groupName}`}, 0)`

/**
 * Until the transaction ends nobody else starts, moves or ends a rollout in the groups: what it reads stays so.
 * Always taken before any row, and in the order of names, so that two that want the same groups never wait in a ring.
 */
export async function lockRollouts(tx: Db, ...groupNames: string[]): Promise<void> {
  for (const name of [...groupNames].sort())
    await tx.execute(sql`select pg_advisory_xact_lock(${lockOf(name)})`)
}

/** The same without waiting; false where another holds one of them. */
export async function tryLockRollouts(tx: Db, ...groupNames: string[]): Promise<boolean> {
  for (const name of [...groupNames].sort()) {
    const { rows } = await tx.execute(sql`select pg_try_advisory_xact_lock(${lockOf(name)}) as got`)
    if (rows[0]?.got !== true) return false
  }
  return true
}

export async function startRollout(db: Db, draft: RolloutDraft): Promise<RolloutRow> {
  return db.transaction(async (tx) => {
    await lockRollouts(tx, draft.groupName)
    await tx
      .update(rollouts)
      .set({ state: 'superseded', endedAt: sql`now()` })
      .where(and(eq(rollouts.groupName, draft.groupName), eq(rollouts.state, 'current')))
    const [row] = await tx
      .insert(rollouts)
      .values({ id: newId('rol'), state: 'current', ...draft })
      .returning()
    return row!
  })
}

export interface CurrentRollout {
  readonly rollout: RolloutRow
  readonly deployment: DeploymentRow
}

export async function currentRollout(db: Db, groupName: string): Promise<CurrentRollout | undefined> {
  const [row] = await db
    .select()
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(and(eq(rollouts.groupName, groupName), eq(rollouts.state, 'current')))
  return row && { rollout: row.rollouts, deployment: row.deployments }
}

export async function findRollout(db: Db, id: string): Promise<CurrentRollout | undefined> {
  const [row] = await db
    .select()
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(eq(rollouts.id, id))
  return row && { rollout: row.rollouts, deployment: row.deployments }
}

/** The newest deployment under that version that the group has ever run. */
export async function deploymentBefore(
  db: Db,
  groupName: string,
  version: number,
): Promise<DeploymentRow | undefined> {
  const [row] = await db
    .select({ deployment: deployments })
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(and(eq(rollouts.groupName, groupName), lt(deployments.version, version)))
    .orderBy(desc(deployments.version))
    .limit(1)
  return row?.deployment
}
