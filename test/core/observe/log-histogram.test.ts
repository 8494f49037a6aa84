// Quantiles from counts, against those of the values themselves: near enough, whatever the values are.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKETS, bucketOf, LATENCY_LEAST_MS, noCounts, quantileOf } from '#core/observe/log-histogram.ts'

const countsOf = (values: readonly number[]) => {
  const counts = noCounts()
  for (const value of values) counts[bucketOf(value, LATENCY_LEAST_MS)]!++
  return counts
}

test('a quantile is off by at most 19 %, between the first bucket and the last', () => {
  const value = fc.double({ min: 0.5, max: 20_000, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0, 0.5, 0.95, 1),
      (values, p) => {
        const sorted = [...values].sort((a, b) => a - b)
        const exact = sorted[Math.max(0, Math.ceil(p * values.length) - 1)]!
        const estimate = quantileOf(countsOf(values), p, LATENCY_LEAST_MS)!
        expect(estimate / exact).toBeGreaterThan(1 / 1.19)
        expect(estimate / exact).toBeLessThan(1.19)
      },
    ),
  )
})

test.each<[string, number, number]>([
  ['nothing', 0, 0],
  ['less than the least', 0.49, 0],
  ['the least', 0.5, 1],
  ['twice the least', 1, 5],
  ['more than the last bucket begins with', 1e9, BUCKETS - 1],
  ['all that there is', Number.MAX_VALUE, BUCKETS - 1],
])('%s has a bucket', (_, value, bucket) => {
  expect(bucketOf(value, LATENCY_LEAST_MS)).toBe(bucket)
})

test('of nothing there is no quantile', () => {
  expect(quantileOf(noCounts(), 0.5, LATENCY_LEAST_MS)).toBeNull()
})
