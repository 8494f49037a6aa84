// The threshold that keeps a router within its offload target: the least observed score t for which the share
// of scores >= t is at most the target. Equal scores leave together or stay together, so with many ties the
// share can fall short of the target, never exceed it. The same scores in any order give the same threshold.

import type { OperatingPoint } from '#contract/results/threshold-policy.ts'
import { percent } from './percent.ts'
import { ALWAYS, NEVER, type RoutedPoint } from './routed-point.ts'

/** A share such as 0.3 * 10 may fall just short of a whole number; this much is forgiven. */
const ROUNDING = 1e-9
/** Ties that leave less than this part of the target are a target not met: the user pays for far less. */
const LEAST_PART = 0.5

export function thresholdForOffload(scores: ArrayLike<number>, target: number): number {
  if (!(target >= 0 && target <= 1))
    throw new RangeError(`Cannot set threshold: offload target is ${target}, expected 0 to 1`)
  const descending = Float64Array.from(scores).sort().reverse()
  const allowed = Math.floor(target * descending.length + ROUNDING)
  if (descending.length === 0) return NEVER
  if (allowed >= descending.length) return ALWAYS
  const firstKept = descending[allowed]!
  let threshold = NEVER
  for (let i = 0; i < allowed && descending[i]! > firstKept; i++) threshold = descending[i]!
  return threshold
}

/** A few rows cannot be split at any share, so one row less than wanted is met as well. */
export function judgeOffload(
  { offloadShare }: RoutedPoint,
  target: number,
  rows: number,
): Omit<OperatingPoint, 'policy'> {
  const least = Math.min(LEAST_PART * target, Math.max(0, target - 1 / Math.max(1, rows)))
  const isMet = offloadShare <= target + ROUNDING && offloadShare >= least - ROUNDING
  const wanted = `${percent(target)} wanted`
  return {
    isMet,
    words: isMet
      ? `Offloads ${percent(offloadShare)} of the training images, at most ${wanted}.`
      : `Cannot come near the target: offloads ${percent(offloadShare)} of the training images, ${wanted}.`,
  }
}
