// 95 % intervals by the percentile bootstrap (Efron 1979): the statistics again on a thousand resamples of the
// rows. A resample is not a copy but a count for every row, so that statistics which walk a fixed ranking need
// no sorting. All statistics share the resamples: that costs one pass of draws together, and it pairs them, so that
// the interval of a difference is that of the difference on each resample.

import type { Interval } from '#contract/results/evaluation.ts'
import { nearestRank } from '../profile/nearest-rank.ts'
import { unitWeights } from './ranking.ts'

/** Enough for two digits of a 95 % limit; more only smooth the third. */
export const RESAMPLES = 1000
const TAIL_PERCENT = 2.5

/** How often each row is drawn: as many draws as rows, so that the weights add up to their number. */
export function drawWeights(weights: Int32Array, random: () => number): void {
  const size = weights.length
  weights.fill(0)
  for (let i = 0; i < size; i++) weights[Math.floor(random() * size)]!++
}

/** One interval for each number that `statistics` returns; its `value` is the statistic of the rows as they are. */
export function bootstrapIntervals(
  size: number,
  statistics: (weights: Int32Array) => readonly number[],
  random: () => number,
  resamples = RESAMPLES,
): Interval[] {
  const values = statistics(unitWeights(size))
  const samples = values.map(() => new Float64Array(resamples))
  const weights = new Int32Array(size)
  for (let s = 0; s < resamples; s++) {
    drawWeights(weights, random)
    const resampled = statistics(weights)
    for (let k = 0; k < resampled.length; k++) samples[k]![s] = resampled[k]!
  }
  return values.map((value, k) => {
    const sorted = samples[k]!.sort()
    return { value, low: nearestRank(sorted, TAIL_PERCENT), high: nearestRank(sorted, 100 - TAIL_PERCENT) }
  })
}
