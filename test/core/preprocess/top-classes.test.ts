// The best k classes: order, ties, overflow and NaN, and the same as a full sort of random logits.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { topClasses } from '#core/preprocess/top-classes.ts'

const classes = (ranked: { class: number }[]) => ranked.map((one) => one.class)

it.each([
  ['best first', [0.1, 0.7, 0.2], 3, [1, 2, 0]],
  ['only k', [0.1, 0.7, 0.2], 1, [1]],
  ['fewer classes than k', [0.5, 0.5], 5, [0, 1]],
  ['ties by lower index', [0.2, 0.3, 0.2, 0.3, 0.2], 3, [1, 3, 0]],
])('topClasses() ranks %s', (_, output, k, expected) => {
  expect(classes(topClasses(Float32Array.from(output), 'softmax', k))).toEqual(expected)
})

it('topClasses() passes softmax outputs on as they are', () => {
  expect(topClasses(Float32Array.of(0.25, 0.75), 'softmax', 2)).toEqual([
    { class: 1, p: 0.75 },
    { class: 0, p: 0.25 },
  ])
})

it('topClasses() survives logits that would overflow', () => {
  const [best, second] = topClasses(Float32Array.of(1000, 999, -1000), 'logits', 2)
  expect(best!.p).toBeCloseTo(1 / (1 + Math.exp(-1)), 12)
  expect(best!.p + second!.p).toBeCloseTo(1, 12)
  expect(topClasses(Float32Array.of(0, Number.POSITIVE_INFINITY), 'logits', 1)).toEqual([{ class: 1, p: 1 }])
})

it('topClasses() throws for NaN and names where it is', () => {
  expect(() => topClasses(Float32Array.of(0, Number.NaN), 'logits', 1)).toThrow(
    'Cannot rank output "1": is NaN',
  )
})

it('topClasses() agrees with a full sort, and probabilities of all logits add up to 1', () => {
  const logits = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(logits, fc.integer({ min: 1, max: 5 }), (values, k) => {
      const output = Float32Array.from(values)
      const sorted = [...output.keys()].sort((a, b) => output[b]! - output[a]! || a - b)
      const all = topClasses(output, 'logits', values.length)
      expect(all.reduce((sum, one) => sum + one.p, 0)).toBeCloseTo(1, 9)
      expect(classes(topClasses(output, 'softmax', k))).toEqual(sorted.slice(0, k))
    }),
  )
})
