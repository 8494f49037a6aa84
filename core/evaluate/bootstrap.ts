// 95 % intervals by the percentile bootstrap (Efron 1979): the statistics again on a thousand resamples of the
// rows. A resample is not a copy but a count for every row, so that statistics which walk a fixed ranking need
// no sorting. All statistics share the resamples, and so cost one pass of draws together.

import type { Interval } from '#contract/evaluation.ts'
import { nearestRank } from '../profile/nearest-rank.ts'
import { randomInteger } from '../random.ts'
import { unitWeights } from './ranking.ts'

/** Enough for two digits of a 95 % limit; more only smooth the third. */
const RESAMPLES = 1000
const TAIL_PERCENT = 2.5

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
    weights.fill(0)
    for (let i = 0; i < size; i++) weights[randomInteger(random, size)]!++
    for (const [k, value] of statistics(weights).entries()) samples[k]![s] = value
  }
  return values.map((value, k) => {
    const sorted = samples[k]!.sort()
    return { value, low: nearestRank(sorted, TAIL_PERCENT), high: nearestRank(sorted, 100 - TAIL_PERCENT) }
  })
}
