// Points of the deferral curve for people to look at: top-1 at 0, 5, ... 100 % offload. A point inside a group
// of equal scores lies on the group's straight line, as in `deferral`. No figure is computed
// from these points: areas are exact there.

import type { PairAnswers } from './deferral.ts'
import type { Ranking } from './ranking.ts'

export interface DeferralPoint {
  offload: number
  top1: number
}

export function deferralCurve(ranking: Ranking, answers: PairAnswers, steps = 20): DeferralPoint[] {
  const { localRight, edgeRight } = answers
  const { order, groupEnds } = ranking
  const total = order.length
  const localTop1 = localRight.reduce((sum, right) => sum + right, 0) / total
  const points: DeferralPoint[] = []
  let start = 0
  let gained = 0
  for (const end of groupEnds) {
    let gain = 0
    for (const row of order.subarray(start, end)) gain += edgeRight[row]! - localRight[row]!
    while (points.length <= steps && points.length * total <= end * steps) {
      const offload = points.length / steps
      const inside = (offload * total - start) / (end - start)
      points.push({ offload, top1: localTop1 + (gained + gain * inside) / total })
    }
    gained += gain
    start = end
  }
  return points
}
