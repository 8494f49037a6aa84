// Bootstrap intervals repeat themselves for a seed and come near the normal interval where there is one.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bootstrapIntervals, drawWeights } from '#core/evaluate/bootstrap.ts'
import { createRandom } from '#core/random.ts'

it('drawWeights() draws as often as there are rows, whatever was drawn before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (size, seed) => {
      const weights = new Int32Array(size)
      const random = createRandom(seed)
      for (let round = 0; round < 3; round++) {
        drawWeights(weights, random)
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(size)
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

describe('bootstrapIntervals()', () => {
  const mean = (values: number[]) => (weights: Int32Array) => [
    values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / values.length,
  ]
  it('comes near the normal interval of a mean, and repeats itself for the same seed', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2)
    const [interval] = bootstrapIntervals(400, mean(values), createRandom(1))
    expect(interval!.value).toBe(0.5)
    expect(interval!.low).toBeCloseTo(0.5 - 1.96 * 0.025, 1.9)
    expect(interval!.high).toBeCloseTo(0.5 + 1.96 * 0.025, 1.9)
    expect(bootstrapIntervals(400, mean(values), createRandom(1))).toEqual([interval])
  })

  it('has no width where rows do not differ', () => {
    const [interval] = bootstrapIntervals(5, mean([3, 3, 3, 3, 3]), createRandom(1), 20)
    expect(interval).toEqual({ value: 3, low: 3, high: 3 })
  })
})
