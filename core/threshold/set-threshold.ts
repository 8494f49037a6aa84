// A threshold by what the user cares about. The rows' scores must come from a router that was not fitted on
// them (out-of-bag, cross-fitted, or with nothing to fit): a router is far too sure on its own training rows,
// and a threshold set there would offload another share of unseen images. A wish that the rows cannot fulfil is
// answered with the nearest threshold, `isMet: false` and words, not with an error.

import type { OperatingPoint, ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { pointAt, type RoutedPoint, type ScoredRows } from './routed-point.ts'
import { judgeAccuracy, thresholdForAccuracy } from './threshold-for-accuracy.ts'
import { judgeEnergy, thresholdForEnergy } from './threshold-for-energy.ts'
import { judgeGuarantee, thresholdForGuarantee } from './threshold-for-guarantee.ts'
import { judgeOffload, thresholdForOffload } from './threshold-for-offload.ts'

/** A threshold and what it comes to on the rows that it was set on. */
export interface SetThreshold extends RoutedPoint {
  operating: OperatingPoint
}

export function setThreshold(rows: ScoredRows, policy: ThresholdPolicy): SetThreshold {
  return judgeThreshold(rows, choose(rows, policy), policy)
}

/** For a threshold that is given, as that of a router that always sends or never. */
export function judgeThreshold(rows: ScoredRows, threshold: number, policy: ThresholdPolicy): SetThreshold {
  const point = pointAt(rows, threshold)
  return { ...point, operating: { policy, ...judge(rows, point, policy) } }
}

function choose(rows: ScoredRows, policy: ThresholdPolicy): number {
  switch (policy.by) {
    case 'offload':
      return thresholdForOffload(rows.scores, policy.target)
    case 'accuracy':
      return thresholdForAccuracy(rows, policy.target)
    case 'energy':
      return thresholdForEnergy(rows, policy.budgetJ)
    case 'guarantee':
      return thresholdForGuarantee(rows, policy)
  }
}

function judge(
  rows: ScoredRows,
  point: RoutedPoint,
  policy: ThresholdPolicy,
): Omit<OperatingPoint, 'policy'> {
  switch (policy.by) {
    case 'offload':
      return judgeOffload(point, policy.target, rows.scores.length)
    case 'accuracy':
      return judgeAccuracy(point, policy.target)
    case 'energy':
      return judgeEnergy(point, policy.budgetJ)
    case 'guarantee':
      return judgeGuarantee(rows, point.threshold, policy)
  }
}
