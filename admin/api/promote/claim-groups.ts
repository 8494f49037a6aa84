// Who may change what a group runs: one at a time, and whoever comes second is told who was first.

import type { RolloutStep } from '#contract/api/promote/rollouts.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import type { Db } from '#db/db.ts'
import { type CurrentRollout, lockRollouts } from '#db/queries/deployments.ts'
import {
  eventsOf,
  findStaged,
  rollingIn,
  type StagedRollout,
  type StagedRow,
} from '#db/queries/rollouts/staged-rollouts.ts'
import { found, Refusal } from '../../refusal.ts'

async function rollingInAny(tx: Db, groups: readonly string[]): Promise<StagedRollout[]> {
  const all = new Map<string, StagedRollout>()
  for (const group of groups) {
    const rolling = await rollingIn(tx, group)
    if (rolling) all.set(rolling.rollout.id, rolling)
  }
  return [...all.values()]
}

/**
 * Locks the groups until the transaction ends, with all groups of the staged rollouts that are under way in them,
 * and answers those rollouts.
 */
export async function claimGroups(tx: Db, groups: readonly string[]): Promise<StagedRollout[]> {
  const seen = await rollingInAny(tx, groups)
  const locked = new Set([...groups, ...seen.flatMap((s) => groupsOf(s.rollout.plan))])
  await lockRollouts(tx, ...locked)
  const rolling = await rollingInAny(tx, groups)
  const beyond = rolling.find((s) => groupsOf(s.rollout.plan).some((group) => !locked.has(group)))
  if (beyond) throw underWay(groups[0]!, beyond)
  return rolling
}

export function underWay(group: string, { rollout, deployment }: StagedRollout): Refusal {
  const { id, startedBy, state, cuts, plan } = rollout
  return new Refusal(
    'conflict',
    `Cannot change group "${group}": rollout "${id}" of deployment ${deployment.version} by ${startedBy} is ` +
      `${state} (stage ${cuts.length} of ${plan.stages.length}), expected it to end, to be aborted or to be replaced`,
  )
}

export function requireExpected(
  group: string,
  current: CurrentRollout | undefined,
  expected: string | null | undefined,
): void {
  if (expected === undefined || (current?.deployment.id ?? null) === expected) return
  const winner = current
    ? `${current.rollout.startedBy} made deployment ${current.deployment.version} current`
    : 'nothing is promoted to it any more'
  throw new Refusal(
    'conflict',
    `Cannot change group "${group}": ${winner} meanwhile; look again, then decide`,
  )
}

/**
 * Does something to a staged rollout that has not ended, under the locks of its groups. Where it is not as the caller
 * saw it: a conflict that names the last step and who took it.
 */
export function changeRollout<T>(
  db: Db,
  { id, expectedState, expectedRevision }: RolloutStep,
  change: (tx: Db, row: StagedRow) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    const { rollout: seen } = found(await findStaged(tx, id), 'staged rollout', id)
    await lockRollouts(tx, ...groupsOf(seen.plan))
    const { rollout } = (await findStaged(tx, id))!
    const [last] = await eventsOf(tx, id, 1)
    const isAsSeen =
      (expectedState === undefined || expectedState === rollout.state) &&
      (expectedRevision === undefined || expectedRevision === last?.id)
    if (rollout.endedAt === null && isAsSeen) return change(tx, rollout)
    const who = isAsSeen
      ? ''
      : `; ${last?.actor} did this meanwhile (${last?.event}): look again, then decide`
    throw new Refusal(
      'conflict',
      `Cannot change rollout "${id}": it is ${rollout.state}: ${rollout.reason}${who}`,
    )
  })
}
