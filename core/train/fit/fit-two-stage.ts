// The ranker in two stages: a forest sends surely hard images before local inference, which saves the local
// model's energy on them, and confidence ranks the rest. What the forest sends ranks above all else and goes
// whatever the threshold. Its share is chosen from a short list: for each the threshold is set by the policy on
// unseen scores, and the share that serves the policy best is taken, the smaller one of equals. None at all is
// in the list, so the forest only stays where it helps.

import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { decide } from '../../route/score.ts'
import { NEVER } from '../../threshold/routed-point.ts'
import { type SetThreshold, setThreshold } from '../../threshold/set-threshold.ts'
import { thresholdForOffload } from '../../threshold/threshold-for-offload.ts'
import { growOnRows } from './fit-forest.ts'
import { fitAnswer } from './fit-plain.ts'
import { type FitTask, type Ranker, scoredRows } from './ranker.ts'

/** Few, because each is one more chance to be lucky; beyond a fifth the first stage would be the router. */
const FOREST_SHARES = [0, 0.01, 0.02, 0.05, 0.1, 0.2]

export function fitTwoStage(task: FitTask): Ranker {
  const { rows, recipe } = task
  const { forest, scoreOf, outOfBag } = growOnRows(task, [])
  const confidence = fitAnswer(task, 'confidence')
  const ranked = sharesWithin(recipe.policy).map((share) => {
    const forestThreshold = thresholdForOffload(outOfBag, share)
    const isFirst = Uint8Array.from(outOfBag, (score) => (decide(score, forestThreshold) ? 1 : 0))
    const unseen = {
      scores: rows.map((row, i) => (isFirst[i] === 1 ? NEVER : confidence.rankOf(row))),
      sentAfterLocal: isFirst.map((first) => 1 - first),
    }
    return { forestThreshold, unseen, set: setThreshold(scoredRows(task, rows, unseen), recipe.policy) }
  })
  const { forestThreshold, unseen } = ranked.reduce((a, b) => (isBetter(b.set, a.set, recipe.policy) ? b : a))
  return {
    documentAt: (threshold) => ({ schema: 1, kind: 'two-stage', threshold, forest, forestThreshold }),
    rankOf(row) {
      const score = scoreOf(row)
      return decide(score, forestThreshold) ? NEVER + score : confidence.rankOf(row)
    },
    sentAfterLocal: (row) => !decide(scoreOf(row), forestThreshold),
    unseen,
  }
}

/** A forest that sends more than may be offloaded in all would exceed the target whatever confidence does. */
function sharesWithin(policy: ThresholdPolicy): number[] {
  return FOREST_SHARES.filter((share) => policy.by !== 'offload' || share <= policy.target)
}

/** Does it serve the policy better: meet it first, then be what the policy asks the most or the least of? */
function isBetter(a: SetThreshold, b: SetThreshold, policy: ThresholdPolicy): boolean {
  if (a.operating.isMet !== b.operating.isMet) return a.operating.isMet
  const wantsLeastOffload = policy.by === 'accuracy' || policy.by === 'guarantee'
  if (a.operating.isMet) return wantsLeastOffload ? a.offloadShare < b.offloadShare : a.top1 > b.top1
  return policy.by === 'energy' ? a.deviceEnergyJ < b.deviceEnergyJ : a.top1 > b.top1
}
