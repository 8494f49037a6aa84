// The steps of a staged rollout, each with its note, inside the transaction of a caller that holds the locks of the
// groups. None says whether it may be taken: that is core/promote/advance-rollout.ts, or a person.
//
// No device is told anything here. What a device should run follows from these rows at its next poll, so a step that
// was committed has happened for the whole fleet, and one that was not has happened for nobody.

import { eq, sql } from 'drizzle-orm'
import type { RolloutState } from '#contract/rollout.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import type { Db } from '../../db.ts'
import { rollingGroups, stagedRollouts } from '../../schema/rollout.ts'
import { currentRollout, startRollout } from '../deployments.ts'
import { CANARY, followWithAlias, moveAlias } from './aliases.ts'
import { type Note, type StagedRow, writeEvent } from './staged-rollouts.ts'

/** As the driver signs what it does by itself. */
export const BY_ITSELF = 'tandem'

const now = sql`now()`

async function update(
  tx: Db,
  row: StagedRow,
  values: Parameters<ReturnType<typeof tx.update<typeof stagedRollouts>>['set']>[0],
): Promise<StagedRow> {
  const [updated] = await tx
    .update(stagedRollouts)
    .set(values)
    .where(eq(stagedRollouts.id, row.id))
    .returning()
  return updated!
}

export async function activateStage(tx: Db, row: StagedRow, cut: number, note: Note): Promise<StagedRow> {
  const group = row.plan.stages[row.cuts.length]!.group
  const isFirstOfGroup = !row.plan.stages.slice(0, row.cuts.length).some((s) => s.group === group)
  const began = { cuts: [...row.cuts, cut], activatedAt: now, clockFrom: now, soakFrom: null }
  const updated = await update(tx, row, { ...began, state: 'running', reason: note.reason })
  await writeEvent(tx, row.id, 'activate', note)
  if (isFirstOfGroup)
    await followWithAlias(
      tx,
      { group, name: CANARY, deploymentId: row.deploymentId },
      { actor: note.actor, reason: `rollout ${row.id} has begun` },
    )
  return updated
}

export async function beginSoak(tx: Db, row: StagedRow, note: Note): Promise<StagedRow> {
  await writeEvent(tx, row.id, 'soak', note)
  return update(tx, row, { soakFrom: now, reason: note.reason })
}

/** Between the states of a rollout that has not ended. */
export async function holdRollout(
  tx: Db,
  row: StagedRow,
  state: 'paused' | 'awaiting-approval',
  note: Note,
): Promise<StagedRow> {
  await writeEvent(tx, row.id, state === 'paused' ? 'pause' : 'ask', note)
  return update(tx, row, { state, reason: note.reason })
}

/** Time that it was held does not count: every device has all of its time again. */
export async function resumeRollout(tx: Db, row: StagedRow, note: Note): Promise<StagedRow> {
  await writeEvent(tx, row.id, 'resume', note)
  const soakFrom = row.soakFrom === null ? null : now
  return update(tx, row, { state: 'running', reason: note.reason, clockFrom: now, soakFrom })
}

/** `approvalReason` is what a protected alias asks for; null lets a gate pass and no more. */
export async function approveRollout(
  tx: Db,
  row: StagedRow,
  approvalReason: string | null,
  note: Note,
): Promise<StagedRow> {
  await writeEvent(tx, row.id, 'approve', note)
  const approved = {
    approvedStages: row.cuts.length + 1,
    approvalReason: approvalReason ?? row.approvalReason,
  }
  return update(tx, row, { ...approved, state: 'running', reason: note.reason })
}

async function end(tx: Db, row: StagedRow, state: RolloutState, note: Note): Promise<StagedRow> {
  await tx.delete(rollingGroups).where(eq(rollingGroups.rolloutId, row.id))
  await writeEvent(tx, row.id, state, note)
  return update(tx, row, { state, reason: note.reason, endedAt: now })
}

/** The deployment becomes current in all groups at once. */
export async function completeRollout(tx: Db, row: StagedRow, note: Note): Promise<StagedRow> {
  const { deploymentId, overrideReason, startedBy, id: stagedId } = row
  for (const group of groupsOf(row.plan).sort()) {
    await startRollout(tx, {
      groupName: group,
      deploymentId,
      kind: 'promote',
      overrideReason,
      startedBy,
      stagedId,
    })
    const reason = row.approvalReason ?? `rollout ${row.id} has completed`
    await moveAlias(tx, { group, name: row.alias, deploymentId }, { actor: startedBy, reason })
  }
  return end(tx, row, 'completed', note)
}

const reached = (row: StagedRow): string[] =>
  groupsOf({ ...row.plan, stages: row.plan.stages.slice(0, row.cuts.length) }).sort()

/**
 * Every group that it had reached gets what is current there once more, as a rollout of its own in the history. A
 * group where nothing was ever current has nothing to go back to.
 */
export async function rollBackRollout(tx: Db, row: StagedRow, note: Note): Promise<StagedRow> {
  for (const group of reached(row)) {
    const current = await currentRollout(tx, group)
    if (!current) continue
    await startRollout(tx, {
      groupName: group,
      deploymentId: current.deployment.id,
      kind: 'rollback',
      overrideReason: null,
      startedBy: note.actor,
      stagedId: row.id,
      reason: note.reason,
    })
  }
  await returnCanaries(tx, row, note.actor)
  return end(tx, row, 'rolled-back', note)
}

/** Another promotion takes its place; the groups keep what is current until that one says otherwise. */
export async function supersedeRollout(tx: Db, row: StagedRow, note: Note): Promise<StagedRow> {
  await returnCanaries(tx, row, note.actor)
  return end(tx, row, 'superseded', note)
}

async function returnCanaries(tx: Db, row: StagedRow, actor: string): Promise<void> {
  for (const group of reached(row)) {
    const current = await currentRollout(tx, group)
    const reason = `rollout ${row.id} has ended`
    if (current)
      await followWithAlias(
        tx,
        { group, name: CANARY, deploymentId: current.deployment.id },
        { actor, reason },
      )
  }
}
