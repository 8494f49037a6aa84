// Points of the deferral curve for people to look at: top-1 and the device's energy at 0, 5, ... 100 % offload. A
// point inside a group of equal scores lies on the group's straight line, as in `deferral`. No figure is computed
// from these points: areas are exact there.

import type { PairCosts } from '#contract/results/evaluation.ts'
import type { CurvePoint } from '#contract/results/router-figures.ts'
import type { RankedRouter } from './ranked-router.ts'
import { deviceEnergyJ } from './route-costs.ts'

const STEPS = 20

export interface CurveFacts {
  localTop1: number
  usesFeatures: boolean
  costs: PairCosts
}

export function deferralCurve(
  router: RankedRouter,
  { localTop1, usesFeatures, costs }: CurveFacts,
): CurvePoint[] {
  const total = router.gain.length
  const points: CurvePoint[] = []
  let start = 0
  let gained = 0
  let after = 0
  for (const end of router.groupEnds) {
    let gain = 0
    let looked = 0
    for (let i = start; i < end; i++) {
      gain += router.gain[i]!
      looked += router.afterLocal[i]!
    }
    while (points.length <= STEPS && points.length * total <= end * STEPS) {
      const offload = points.length / STEPS
      const inside = (offload * total - start) / (end - start)
      const route = { sent: offload, sentAfterLocal: (after + looked * inside) / total, usesFeatures }
      points.push({
        offload,
        top1: localTop1 + (gained + gain * inside) / total,
        deviceEnergyJ: deviceEnergyJ(route, costs),
      })
    }
    gained += gain
    after += looked
    start = end
  }
  return points
}
