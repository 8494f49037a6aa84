// The deferral curve D(r): top-1 of the pair when the share r of images with the highest scores goes to the
// edge. Within a group of equal scores the order is chance, so the curve is their straight line in expectation.
// Its area AUDC judges the order alone, whatever the threshold. DGC = (AUDC - random) / (oracle - random) puts
// it on a scale: 0 is chance, 1 the oracle, below 0 worse than drawing lots.
// Random's curve is the straight line from local-only to edge-only. The oracle sends g = P(only edge right)
// first and h = P(only local right) last, which gives oracle - random = [g(1 - g) + h(1 - h)] / 2.

import type { PairShares } from '#contract/selection.ts'
import { pairShares } from './pair-shares.ts'
import { type Ranking, rankByScore, unitWeights } from './ranking.ts'

/** 1 where that model was right, by row. */
export interface PairAnswers {
  localRight: Uint8Array
  edgeRight: Uint8Array
}

export interface Deferral {
  audc: number
  randomArea: number
  /** Oracle's area minus random's. */
  oracleGap: number
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
  let gained = 0
  let area = 0
  let total = 0
  let start = 0
  for (let g = 0; g < groupEnds.length; g++) {
    const end = groupEnds[g]!
    let width = 0
    let gain = 0
    for (let i = start; i < end; i++) {
      const row = order[i]!
      width += weights[row]!
      gain += weights[row]! * (edgeRight[row]! - localRight[row]!)
    }
    area += width * (gained + gain / 2)
    gained += gain
    total += width
    start = end
  }
  const shares = pairShares(localRight, edgeRight, weights)
  const localTop1 = shares.bothRight + shares.onlyLocalRight
  const audc = localTop1 + area / Math.max(total * total, Number.MIN_VALUE)
  const randomArea = localTop1 + (shares.onlyEdgeRight - shares.onlyLocalRight) / 2
  const oracleGap = gapOfOracle(shares)
  return {
    audc,
    randomArea,
    oracleGap,
    dgc: oracleGap < NO_GAP ? 0 : (audc - randomArea) / oracleGap,
  }
}

export function gapOfOracle({ onlyEdgeRight: g, onlyLocalRight: h }: PairShares): number {
  return (g * (1 - g) + h * (1 - h)) / 2
}
