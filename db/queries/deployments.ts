// Immutable deployments and the history of which one is current in each group. Superseding the old rollout and
// inserting the new one is one transaction under a lock of the group, and a partial unique index stands behind.

import { and, desc, eq, lt, or, sql } from 'drizzle-orm'
import type { Deployment } from '#contract/deployment.ts'
import { type Db, newId } from '../db.ts'
import { deployments, rollouts } from '../schema/promote.ts'

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

export const listDeployments = (db: Db): Promise<DeploymentRow[]> =>
  db.select().from(deployments).orderBy(desc(deployments.version))

export interface RolloutDraft {
  readonly groupName: string
  readonly deploymentId: string
  readonly kind: 'promote' | 'rollback'
  readonly overrideReason: string | null
  readonly startedBy: string
}

/** Until the transaction ends nobody else starts a rollout in the group: what it reads as current stays so. */
export async function lockRollouts(tx: Db, groupName: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`tandem.rollout.${groupName}`}, 0))`)
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

/** Newest first; the first one is current. */
export async function rolloutHistory(db: Db, groupName: string, limit: number): Promise<CurrentRollout[]> {
  const rows = await db
    .select()
    .from(rollouts)
    .innerJoin(deployments, eq(deployments.id, rollouts.deploymentId))
    .where(eq(rollouts.groupName, groupName))
    .orderBy(sql`${rollouts.state} = 'current' desc`, desc(rollouts.createdAt))
    .limit(limit)
  return rows.map((r) => ({ rollout: r.rollouts, deployment: r.deployments }))
}

export async function currentRollout(db: Db, groupName: string): Promise<CurrentRollout | undefined> {
  const [row] = await rolloutHistory(db, groupName, 1)
  return row?.rollout.state === 'current' ? row : undefined
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
