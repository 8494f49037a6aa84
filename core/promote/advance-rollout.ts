// The next step of a rollout, from its state and what its devices report. A total function: whatever the rows say
// there is exactly one answer, and it never throws, so a driver may die at any point and ask again.
//
// Danger is judged before progress. A rollout that waits for a person is still watched and sent back on its own; one
// that a person paused is left exactly as it is, in both directions, since somebody is looking at it. What cannot be
// judged (too few decisions) pauses: neither forward unseen nor back without a reason.

import type { RolloutObservation, RolloutPlan, RolloutState } from '#contract/rollout.ts'
import { type Activation, judgeActivation } from './judge-activation.ts'
import { judgeQuality, wordsForBroken } from './judge-quality.ts'

export interface RolloutProgress {
  readonly state: RolloutState
  readonly plan: RolloutPlan
  /** How many stages have begun. */
  readonly activeStages: number
  /** How many stages a person has let pass. */
  readonly approvedStages: number
  /** When the newest stage began, or was last resumed. */
  readonly clockFromMs: number
  /** When enough devices served it; null before. */
  readonly soakFromMs: number | null
  /** Why completing needs a person's word that has not been given; null where it does not. */
  readonly completionNeeds: string | null
}

export type Transition =
  | { readonly do: 'wait'; readonly reason: string }
  | { readonly do: 'activate'; readonly stage: number; readonly reason: string }
  | { readonly do: 'soak'; readonly reason: string }
  | { readonly do: 'ask'; readonly reason: string }
  | { readonly do: 'pause'; readonly reason: string }
  | { readonly do: 'complete'; readonly reason: string }
  | { readonly do: 'roll-back'; readonly reason: string }

const wait = (reason: string): Transition => ({ do: 'wait', reason })

export function advance(
  rollout: RolloutProgress,
  observation: RolloutObservation,
  nowMs: number,
): Transition {
  if (rollout.state === 'paused') return wait('it is paused')
  if (rollout.state !== 'running' && rollout.state !== 'awaiting-approval') return wait('it has ended')
  const stage = rollout.plan.stages[rollout.activeStages - 1]
  if (!stage) return onward(rollout)

  const { devices, quality } = observation
  const soakEndsMs = rollout.soakFromMs === null ? null : rollout.soakFromMs + stage.soakS * 1_000
  const activation = judgeActivation(stage, devices, {
    dueFromMs: soakEndsMs ?? rollout.clockFromMs,
    nowMs,
  })
  const danger =
    dangerIn(activation) ??
    wordsForBroken(judgeQuality(rollout.plan.quality, quality, stage.minDecisions), quality.decisions)
  if (danger !== undefined)
    return { do: 'roll-back', reason: `Stage ${rollout.activeStages} of ${total(rollout)}: ${danger}` }
  if (rollout.state === 'awaiting-approval') return wait('it waits for approval')
  if (activation.is !== 'done') return wait(activation.words)
  if (soakEndsMs === null)
    return { do: 'soak', reason: `Stage ${rollout.activeStages} of ${total(rollout)} serves it` }
  if (nowMs < soakEndsMs) return wait(`it is watched for ${Math.ceil((soakEndsMs - nowMs) / 1_000)} s more`)
  const missing = stage.minDecisions - quality.decisions
  if (missing > 0) {
    const words = `${quality.decisions} decisions have come, expected ${stage.minDecisions}`
    if (nowMs - soakEndsMs <= stage.timeoutS * 1_000) return wait(words)
    return { do: 'pause', reason: `Its quality cannot be judged: ${words} within ${stage.timeoutS} s more` }
  }
  return onward(rollout)
}

const total = ({ plan }: RolloutProgress): number => plan.stages.length

const dangerIn = (activation: Activation): string | undefined =>
  activation.is === 'failed' || activation.is === 'late' ? activation.words : undefined

/** What comes when nothing is left to do in the newest stage. */
function onward(rollout: RolloutProgress): Transition {
  const next = rollout.plan.stages[rollout.activeStages]
  const isAsking = rollout.state === 'awaiting-approval'
  if (!next) {
    if (rollout.completionNeeds === null) return { do: 'complete', reason: 'Every stage has succeeded' }
    return isAsking ? wait('it waits for approval') : { do: 'ask', reason: rollout.completionNeeds }
  }
  const number = rollout.activeStages + 1
  if (next.gate === 'approval' && rollout.approvedStages < number) {
    if (isAsking) return wait('it waits for approval')
    return { do: 'ask', reason: `Stage ${number} of ${total(rollout)} begins when somebody approves it` }
  }
  const whom = next.devices ? `devices ${next.devices.join(', ')}` : `${Math.round(next.share * 1000) / 10} %`
  return {
    do: 'activate',
    stage: rollout.activeStages,
    reason: `Stage ${number} of ${total(rollout)}: ${whom} of group "${next.group}"`,
  }
}
