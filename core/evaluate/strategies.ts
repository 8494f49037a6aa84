// The strategy table (after the paper's comparison of results): the router between the baselines that need
// none. Random offloads as large a share as the router, by lot; the oracle sends exactly the images that only
// the edge gets right. A pre-router pays for features and then for one of the two ways; a cascade has always
// paid for local inference when it decides. Energy is counted at the local device, where the battery is.
//   pre-router: E = E_features + (1 - r) E_local + r E_upload      cascade: E = E_local + r E_upload

import type { Interval, PairCosts, Strategy } from '#contract/evaluation.ts'
import type { PairShares } from '#contract/selection.ts'
import type { PairAnswers } from './deferral.ts'
import { pairShares } from './pair-shares.ts'

export const STRATEGY_NAMES = ['local-only', 'edge-only', 'random', 'router', 'oracle'] as const

/** Top-1 of each strategy, in the order of `STRATEGY_NAMES`, on rows that count `weights` times. */
export function strategyTop1(
  answers: PairAnswers,
  offloaded: Uint8Array,
  weights: ArrayLike<number>,
): number[] {
  const { localRight, edgeRight } = answers
  let total = 0
  let sent = 0
  let routed = 0
  for (let row = 0; row < offloaded.length; row++) {
    total += weights[row]!
    sent += weights[row]! * offloaded[row]!
    routed += weights[row]! * (offloaded[row] === 1 ? edgeRight[row]! : localRight[row]!)
  }
  const shares = pairShares(localRight, edgeRight, weights)
  const local = shares.bothRight + shares.onlyLocalRight
  const edge = shares.bothRight + shares.onlyEdgeRight
  const r = sent / total
  return [local, edge, (1 - r) * local + r * edge, routed / total, 1 - shares.bothWrong]
}

export interface StrategyFacts {
  /** In the order of `STRATEGY_NAMES`. */
  top1: readonly Interval[]
  /** Share of rows that the router offloads. */
  offloadShare: number
  /** Does the router decide after local inference? */
  isCascade: boolean
  shares: PairShares
  costs: PairCosts
}

export function strategyTable(facts: StrategyFacts): Strategy[] {
  const { costs } = facts
  const offloadShares = [0, 1, facts.offloadShare, facts.offloadShare, facts.shares.onlyEdgeRight]
  return STRATEGY_NAMES.map((name, i) => {
    const r = offloadShares[i]!
    const isRouter = name === 'router'
    const localShare = isRouter && facts.isCascade ? 1 : 1 - r
    const looks = isRouter && !facts.isCascade
    return {
      name,
      offloadShare: r,
      top1: facts.top1[i]!,
      latencyMeanMs:
        (looks ? costs.featuresMs : 0) + localShare * costs.localMs + r * (costs.uploadMs + costs.edgeMs),
      deviceEnergyJ: (looks ? costs.featuresJ : 0) + localShare * costs.localJ + r * costs.uploadJ,
    }
  })
}
