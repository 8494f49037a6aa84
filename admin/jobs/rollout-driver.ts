// Moves staged rollouts on: every second each that has not ended is looked at, its next step asked of core, and the
// step taken, all in one transaction that holds the locks of its groups.
//
// Nothing is remembered between two looks: whoever dies in the middle leaves rows as they were, and the next look,
// of this control plane or of another one on the same database, goes on from there. Of several replicas the one that
// holds the lease looks, so that ten cost no more than one; where two hold it for a moment they do no harm, since a step
// is taken under the locks of its groups. A message a second in a queue would be slower, and no safer. Time is the
// database's, so that clocks need not agree.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { advance, type RolloutProgress, type Transition } from '#core/promote/advance-rollout.ts'
import { groupsOf } from '#core/promote/check-plan.ts'
import type { Db } from '#db/db.ts'
import { tryLockRollouts } from '#db/queries/deployments.ts'
import { findAlias } from '#db/queries/rollouts/aliases.ts'
import { nextCut, observeStage } from '#db/queries/rollouts/observe.ts'
import {
  activeStaged,
  databaseNow,
  findStaged,
  type StagedRow,
} from '#db/queries/rollouts/staged-rollouts.ts'
import {
  activateStage,
  BY_ITSELF,
  beginSoak,
  completeRollout,
  holdRollout,
  rollBackRollout,
} from '#db/queries/rollouts/transitions.ts'
import type { Live } from '../live/live.ts'
import { keepLease, type Lease } from './work/keep-lease.ts'

interface Ports {
  readonly db: Db
  readonly log: Logger
  /** Of a process that answers devices. */
  readonly live?: Pick<Live, 'noteOwnChange'>
}

const LOOK_EVERY_MS = 1_000
/** Steps of one look: activate, soak, activate ... of twenty stages that are all there already. */
const STEPS_MAX = 64

export function driveRollouts(ports: Ports): AsyncDisposable {
  const stopping = new AbortController()
  const lease = keepLease(ports, 'rollouts')
  const done = loop(ports, lease, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
      await lease[Symbol.asyncDispose]()
    },
  }
}

async function loop(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await isOurs(ports, lease)) await advanceRollouts(ports)
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function isOurs({ log }: Ports, lease: Lease): Promise<boolean> {
  try {
    return await lease.isHeld()
  } catch (err) {
    log.warn({ err }, 'rollouts could not be looked at')
    return false
  }
}

/** One look at all of them. Never rejects: what failed is tried again at the next look. */
export async function advanceRollouts(ports: Ports): Promise<void> {
  try {
    for (const { rollout } of await activeStaged(ports.db)) await advanceNow(ports, rollout.id)
  } catch (err) {
    ports.log.warn({ err }, 'rollouts could not be looked at')
  }
}

/** As many steps as can be taken now. Never rejects either, so that a caller's own work, already committed, stands. */
export async function advanceNow({ db, log, live }: Ports, id: string): Promise<void> {
  try {
    for (let step = 0; step < STEPS_MAX; step++) {
      const taken = await db.transaction((tx) => takeStep(tx, id))
      if (!taken || taken.do === 'wait') return
      live?.noteOwnChange()
      log.info({ rollout: id, step: taken.do, reason: taken.reason }, 'rollout moved')
    }
  } catch (err) {
    log.warn({ err, rollout: id }, 'rollout could not be moved')
  }
}

/** Undefined where somebody else is at it. */
async function takeStep(tx: Db, id: string): Promise<Transition | undefined> {
  const seen = await findStaged(tx, id)
  if (!seen || !(await tryLockRollouts(tx, ...groupsOf(seen.rollout.plan)))) return undefined
  const { rollout: row } = (await findStaged(tx, id))!
  const now = await databaseNow(tx)
  const observation = await observeStage(tx, row, row.cuts.length - 1)
  const transition = advance(await progressOf(tx, row), observation, now.getTime())
  const note = { actor: BY_ITSELF, reason: transition.reason, observation }
  switch (transition.do) {
    case 'wait':
      break
    case 'activate':
      await activateStage(tx, row, await nextCut(tx, row), note)
      break
    case 'soak':
      await beginSoak(tx, row, note)
      break
    case 'ask':
      await holdRollout(tx, row, 'awaiting-approval', note)
      break
    case 'pause':
      await holdRollout(tx, row, 'paused', note)
      break
    case 'complete':
      await completeRollout(tx, row, note)
      break
    case 'roll-back':
      await rollBackRollout(tx, row, note)
      break
  }
  return transition
}

export async function progressOf(db: Db, row: StagedRow): Promise<RolloutProgress> {
  return {
    state: row.state,
    plan: row.plan,
    activeStages: row.cuts.length,
    approvedStages: row.approvedStages,
    clockFromMs: row.clockFrom.getTime(),
    soakFromMs: row.soakFrom?.getTime() ?? null,
    completionNeeds: await completionNeeds(db, row),
  }
}

/** A protected alias moves forward only with a person's word; any approval of this rollout is one. */
async function completionNeeds(db: Db, row: StagedRow): Promise<string | null> {
  if (row.approvalReason !== null) return null
  for (const group of groupsOf(row.plan))
    if ((await findAlias(db, group, row.alias))?.isProtected)
      return `Alias "${row.alias}" of group "${group}" is protected: it moves when somebody approves it`
  return null
}
