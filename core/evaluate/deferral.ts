// The deferral curve D(r): top-1 of the pair when the share r of images with the highest scores goes to the
// edge. Within a group of equal scores the order is chance, so the curve is their straight line in expectation.
// Its area AUDC judges the order alone, whatever the threshold. DGC = (AUDC - random) / (oracle - random) puts
// it on a scale: 0 is chance, 1 the oracle, below 0 worse than drawing lots.
// Random's curve is the straight line from local-only to edge-only. The oracle sends g = P(only edge right)
// first and h = P(only local right) last, which gives oracle - random = [g(1 - g) + h(1 - h)] / 2.

import type { PairShares } from '#contract/results/selection.ts'
import { pairShares } from './pair-shares.ts'
import { type Ranking, rankByScore, unitWeights } from './ranking.ts'

/** 1 where that model was right, by row. */
export interface PairAnswers {
  localRight: Uint8Array
  edgeRight: Uint8Array
}

export interface Deferral {
  audc: number
  randomAudc: number
  oracleAudc: number
  /** 0 where no order is better than another. */
  dgc: number
}

/** Less than this is no gap but rounding. */
const NO_GAP = 1e-12

export function deferral(scores: ArrayLike<number>, answers: PairAnswers): Deferral {
  return deferralOfRanking(rankByScore(scores), answers, unitWeights(answers.localRight.length))
}

/** `weights` says how often each row counts, as in a bootstrap resample. */
export function deferralOfRanking(
  { order, groupEnds }: Ranking,
  answers: PairAnswers,
  weights: ArrayLike<number>,
): Deferral {
  const { localRight, edgeRight } = answers
  let [gained, area, total, start] = [0, 0, 0, 0]
  for (const end of groupEnds) {
    let [width, gain] = [0, 0]
    for (; start < end; start++) {
      const row = order[start]!
      width += weights[row]!
      gain += weights[row]! * (edgeRight[row]! - localRight[row]!)
    }
    area += width * (gained + gain / 2)
    gained += gain
    total += width
  }
  return deferralOf(area / Math.max(total * total, 1), pairShares(localRight, edgeRight, weights))
}

/** `areaGained`: between the deferral curve and the line of local-only's top-1. */
export function deferralOf(areaGained: number, shares: PairShares): Deferral {
  const { onlyEdgeRight: g, onlyLocalRight: h } = shares
  const localTop1 = shares.bothRight + h
  const areaOfRandom = (g - h) / 2
  const gap = gapOfOracle(shares)
  return {
    audc: localTop1 + areaGained,
    randomAudc: localTop1 + areaOfRandom,
    oracleAudc: localTop1 + areaOfRandom + gap,
    dgc: gap < NO_GAP ? 0 : (areaGained - areaOfRandom) / gap,
  }
}

/** By how much the oracle's area exceeds random's. */
export function gapOfOracle({ onlyEdgeRight: g, onlyLocalRight: h }: PairShares): number {
  return (g * (1 - g) + h * (1 - h)) / 2
}
