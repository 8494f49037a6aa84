// What the growth benches conclude from: a power of the size comes back as it was, and noise widens the interval.

import { describe, expect, test } from 'vitest'
import { fitExponent } from '../../bench/growth/fit-exponent.ts'

const SIZES = [10, 100, 1_000, 10_000]
const costs = (of: (size: number) => number) => SIZES.map((size) => ({ size, cost: of(size) }))

describe('fitExponent()', () => {
  test.each([0, 0.5, 1, 2])('finds the exponent %s of a cost without noise', (e) => {
    const fit = fitExponent(costs((size) => 3 * size ** e))
    expect(fit.exponent).toBeCloseTo(e, 9)
    expect(fit.last).toBeCloseTo(e, 9)
    expect(fit.high - fit.low).toBeLessThan(1e-6)
  })

  test('tells n log n from n only a little, and the interval says how surely', () => {
    const fit = fitExponent(costs((size) => size * Math.log(size)))
    expect(fit.exponent).toBeGreaterThan(1.1)
    expect(fit.exponent).toBeLessThan(1.3)
    expect(fit.low).toBeGreaterThan(1)
  })

  test('sees past a fixed part in its last step', () => {
    const fit = fitExponent(costs((size) => 1_000 + size))
    expect(fit.exponent).toBeLessThan(0.5)
    expect(fit.last).toBeGreaterThan(0.7)
  })

  test('widens its interval with noise, which holds the truth', () => {
    const noise = [1.3, 0.8, 1.2, 0.75]
    const fit = fitExponent(SIZES.map((size, i) => ({ size, cost: size * noise[i]! })))
    expect(fit.low).toBeLessThan(1)
    expect(fit.high).toBeGreaterThan(1)
    expect(fit.high - fit.low).toBeGreaterThan(0.1)
  })

  test.each([
    [costs((size) => size).slice(0, 2), 'has 2 points'],
    [[...costs((size) => size), { size: 5, cost: 0 }], 'size 5 at cost 0'],
  ])('refuses what has no answer', (points, words) => {
    expect(() => fitExponent(points)).toThrow(words)
  })
})
