// The least offload at which the routed pair is right often enough on the training rows. More offload does not
// always mean more right answers, since the local model knows some images that the edge model does not; so all
// points are looked at, and where none suffices the most accurate one is taken.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import { percent } from './percent.ts'
import { everyPoint, type RoutedPoint, type ScoredRows } from './routed-point.ts'

/** Counts are divided on both sides; this much of a difference is rounding. */
const ROUNDING = 1e-9

const isRightEnough = ({ top1 }: RoutedPoint, target: number) => top1 >= target - ROUNDING

export function thresholdForAccuracy(rows: ScoredRows, target: number): number {
  const points = everyPoint(rows)
  const enough = points.find((point) => isRightEnough(point, target))
  const best = () => points.reduce((a, b) => (b.top1 > a.top1 ? b : a))
  return (enough ?? best()).threshold
}

export function judgeAccuracy(point: RoutedPoint, target: number): Omit<OperatingPoint, 'policy'> {
  const isMet = isRightEnough(point, target)
  const reached = `is right on ${percent(point.top1)} of the training images, offloading ${percent(point.offloadShare)}`
  return {
    isMet,
    words: isMet
      ? `The routed pair ${reached}; ${percent(target)} wanted.`
      : `Cannot reach ${percent(target)}: the routed pair ${reached}.`,
  }
}
