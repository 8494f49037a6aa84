// The Clopper-Pearson upper bound: as scipy has it, and where the binomial tail is delta.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { binomialCdf, clopperPearsonUpper } from '#core/threshold/clopper-pearson.ts'

describe('clopperPearsonUpper()', () => {
  // scipy.stats.beta.ppf(1 - delta, errors + 1, trials - errors)
  it.each([
    [0, 1, 0.05, 0.95],
    [0, 59, 0.05, 0.04950760988822693],
    [1, 100, 0.05, 0.046559811453538935],
    [3, 295, 0.05, 0.026072485681506344],
    [7, 20, 0.1, 0.5180307573182055],
    [19, 20, 0.05, 0.9974386212234697],
    [50, 1000, 0.01, 0.06840489369563105],
    [499, 1000, 0.025, 0.5304537166614578],
    [12345, 100000, 0.05, 0.12517411629872194],
    [0, 5, 0.5, 0.12944943670387585],
    [3, 3, 0.05, 1],
    [0, 0, 0.05, 1],
  ])('of %d in %d at %d is %d', (errors, trials, delta, bound) => {
    expect(Math.abs(clopperPearsonUpper(errors, trials, delta) - bound)).toBeLessThan(1e-9)
  })

  it('is where the binomial tail is delta', () => {
    const delta = fc.double({ min: 0.001, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        delta,
        (errors, more, d) => {
          const trials = errors + more
          const bound = clopperPearsonUpper(errors, trials, d)
          expect(Math.abs(binomialCdf(errors, trials, bound) - d)).toBeLessThan(1e-9)
        },
      ),
    )
  })

  it.each([
    [1, 2, 0, 'delta is 0'],
    [1, 2, 1, 'delta is 1'],
    [3, 2, 0.05, 'are 3 in 2 trials'],
    [-1, 2, 0.05, 'are -1 in 2 trials'],
  ])('refuses %d in %d at %d', (errors, trials, delta, words) => {
    expect(() => clopperPearsonUpper(errors, trials, delta)).toThrow(words)
  })
})

// scipy.stats.binom.cdf
test.each([
  [0, 10, 0.1, 0.34867844009999993],
  [3, 20, 0.5, 0.0012884140014648438],
  [60, 1000, 0.05, 0.9329374813666919],
  [120, 1000, 0.1, 0.98274276947338],
  [5000, 10000, 0.49, 0.9777976478701199],
  [4, 4, 0.9, 1],
])('binomialCdf(%d, %d, %d) is %d', (errors, trials, p, cdf) => {
  expect(Math.abs(binomialCdf(errors, trials, p) - cdf)).toBeLessThan(1e-9)
})
