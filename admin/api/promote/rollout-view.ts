// A rollout as a person watches it: each stage with its devices and their words, the quality figures beside their
// bounds, what it waits for, and every step so far. While it is under way all of it is live; what has ended shows
// what was seen at its last step.

import {
  type DeviceProgress,
  type QualityFigures,
  type RolloutObservation,
  type RolloutPlan,
  type RolloutState,
  Stage,
} from '#contract/rollout.ts'
import { advance } from '#core/promote/advance-rollout.ts'
import { judgeQuality, type QualityLine } from '#core/promote/judge-quality.ts'
import { type MeasuredQuality, measuredQuality } from '#core/promote/measured-quality.ts'
import type { Db } from '#db/db.ts'
import { type CurrentRollout, findRollout } from '#db/queries/deployments.ts'
import { groupMembers, observeDevices, observeStage } from '#db/queries/rollouts/observe.ts'
import {
  databaseNow,
  eventsOf,
  findStaged,
  lastObservation,
  type RolloutEventRow,
  type StagedRollout,
} from '#db/queries/rollouts/staged-rollouts.ts'
import { progressOf } from '../../jobs/rollout-driver.ts'
import { found } from '../../refusal.ts'

const EVENTS_MAX = 200
/** Of thousands nobody reads all, and all who watch get them each second: those that are not well come first. */
const DEVICES_MAX = 200
const FIRST = ['failed', 'installing', 'waiting', 'serving'] as const

export interface StageView {
  readonly stage: Stage
  readonly is: 'to come' | 'active' | 'passed'
  readonly counts: Readonly<Record<DeviceProgress['state'], number>>
  /** At most 200, those that failed first; `counts` are of all. */
  readonly devices: readonly DeviceProgress[]
  /** Of the newest stage alone; so are those below. */
  readonly quality: QualityFigures | null
  readonly measured: readonly MeasuredQuality[]
  readonly bounds: readonly QualityLine[]
}

export interface RolloutView {
  readonly id: string
  readonly state: RolloutState
  /** Of its last step; 0 where there were none. */
  readonly revision: number
  /** The last step's words. */
  readonly reason: string
  /** What the next step waits for; empty where there is none. */
  readonly waitsFor: string
  readonly deployment: { readonly id: string; readonly version: number }
  readonly plan: RolloutPlan
  readonly alias: string | null
  readonly startedBy: string
  readonly createdAt: Date
  readonly endedAt: Date | null
  readonly stages: readonly StageView[]
  readonly events: readonly Omit<RolloutEventRow, 'observation' | 'rolloutId'>[]
}

export async function viewRollout(db: Db, id: string): Promise<RolloutView> {
  const staged = await findStaged(db, id)
  return staged ? viewStaged(db, staged) : viewAtOnce(db, found(await findRollout(db, id), 'rollout', id))
}

async function viewStaged(db: Db, { rollout, deployment }: StagedRollout): Promise<RolloutView> {
  const newest = rollout.cuts.length - 1
  const isOver = rollout.endedAt !== null
  const observations: (RolloutObservation | undefined)[] = []
  for (let i = 0; i <= newest; i++) observations.push(isOver ? undefined : await observeStage(db, rollout, i))
  if (isOver && newest >= 0) observations[newest] = await lastObservation(db, rollout.id)
  const seen = observations[newest] ?? (await observeStage(db, rollout, newest))
  const next = advance(await progressOf(db, rollout), seen, (await databaseNow(db)).getTime())
  const { id, state, reason, plan, alias, startedBy, createdAt, endedAt } = rollout
  const events = await eventsOf(db, id, EVENTS_MAX)
  return {
    ...{ id, state, reason, plan, alias, startedBy, createdAt, endedAt },
    waitsFor: isOver ? '' : next.reason,
    deployment: { id: deployment.id, version: deployment.version },
    stages: plan.stages.map((stage, i) => ({
      ...viewStage(stage, observations[i]),
      is: i > newest ? 'to come' : i < newest || state === 'completed' ? 'passed' : 'active',
      quality: i === newest ? seen.quality : null,
      measured: i === newest ? measuredQuality(seen.quality) : [],
      bounds: i === newest ? judgeQuality(plan.quality, seen.quality, stage.minDecisions) : [],
    })),
    revision: events.at(-1)?.id ?? 0,
    events: events.map(({ observation: _, rolloutId: __, ...event }) => event),
  }
}

/** What was made current at once has one stage, nothing that it waits for, and no steps. */
async function viewAtOnce(db: Db, { rollout, deployment }: CurrentRollout): Promise<RolloutView> {
  const { id, groupName: group, kind, reason, startedBy, createdAt, endedAt } = rollout
  const watched = { groupName: group, deploymentId: deployment.id, since: createdAt }
  const seen = await observeDevices(db, await groupMembers(db, group), watched)
  const stage = Stage.parse({ group })
  return {
    ...{ id, startedBy, createdAt, endedAt },
    state: rollout.state === 'current' ? 'completed' : 'superseded',
    reason: reason ?? (kind === 'promote' ? 'Promoted at once' : 'Rolled back'),
    waitsFor: '',
    deployment: { id: deployment.id, version: deployment.version },
    plan: { stages: [stage], quality: {} },
    alias: null,
    revision: 0,
    stages: [
      {
        ...viewStage(stage, seen),
        is: 'passed',
        quality: seen.quality,
        measured: measuredQuality(seen.quality),
        bounds: [],
      },
    ],
    events: [],
  }
}

function viewStage(stage: Stage, observation: RolloutObservation | undefined) {
  const devices = observation?.devices ?? []
  const counts = { waiting: 0, installing: 0, serving: 0, failed: 0 }
  for (const { state } of devices) counts[state]++
  return { stage, devices: devices.length <= DEVICES_MAX ? devices : unwellFirst(devices), counts }
}

const unwellFirst = (devices: readonly DeviceProgress[]): DeviceProgress[] =>
  FIRST.flatMap((state) => devices.filter((device) => device.state === state)).slice(0, DEVICES_MAX)
