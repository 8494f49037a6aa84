// Exact neighbours, and trees moved from scaled to raw features: no finite number may go another way than before.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tree } from '#contract/router.ts'
import { doubleBelow, largestDouble, thresholdForFloats } from '#core/forest/double-steps.ts'
import { rawTrees } from '#core/forest/raw-trees.ts'
import { scaleRow, treeScore } from '#core/route/forest-score.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const doubleAbove = (x: number) => -doubleBelow(-x)

describe('largestDouble()', () => {
  it('finds any number from the comparison with it', () => {
    fc.assert(
      fc.property(finite, (x) => {
        fc.pre(Math.abs(x) < Number.MAX_VALUE)
        expect(largestDouble((y) => y <= x) === x).toBe(true)
      }),
    )
  })

  it('is infinite where all or none are low', () => {
    expect([largestDouble(() => true), largestDouble(() => false)]).toEqual([Infinity, -Infinity])
  })
})

it.each([
  [1, 1 - 2 ** -53],
  [0, -Number.MIN_VALUE],
  [-1, -1 - 2 ** -52],
  [Number.MIN_VALUE, 0],
])('doubleBelow(%d) is %d', (x, below) => {
  expect(doubleBelow(x)).toBe(below)
})

it('thresholdForFloats() is the last double whose float32 is not above', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  const special = fc.constantFrom(
    0,
    -0,
    2 ** -149,
    -(2 ** -149),
    3.4028234663852886e38,
    -3.4028234663852886e38,
    1e300,
    -1e300,
  )
  fc.assert(
    fc.property(fc.oneof(float, finite, special), (threshold) => {
      const last = thresholdForFloats(threshold)
      expect(Math.fround(last)).toBeLessThanOrEqual(threshold)
      expect(Math.fround(doubleAbove(last))).toBeGreaterThan(threshold)
    }),
  )
})

describe('rawTrees()', () => {
  const stump = (threshold: number): Tree => ({
    feature: [0, -1, -1],
    threshold: [threshold, 0, 0],
    left: [1, 0, 0],
    right: [2, 0, 0],
    value: [0.5, 0, 1],
  })

  it('sends every number the way that its scaled value goes', () => {
    const ends = fc.tuple(finite, finite).filter(([a, b]) => Number.isFinite(a - b))
    fc.assert(
      fc.property(
        ends,
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), finite),
        finite,
        (bounds, threshold, other) => {
          const scaler = { min: [Math.min(...bounds)], max: [Math.max(...bounds)] }
          const tree = stump(threshold)
          const [raw] = rawTrees({ scaler, trees: [tree] })
          const at = raw!.threshold[0]!
          for (const x of [other, ...bounds, at, doubleAbove(at), doubleBelow(at)].filter(Number.isFinite))
            expect(treeScore(raw!, [x])).toBe(treeScore(tree, scaleRow(scaler, [x])))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('finds the threshold where scaling swallows what is added', () => {
    const [raw] = rawTrees({ scaler: { min: [-1e6], max: [1e6] }, trees: [stump(0.5)] })
    expect(raw!.threshold[0]).toBeGreaterThan(0)
    expect(raw!.threshold[0]).toBeLessThan(1e-9)
  })

  it('leaves out nodes on a feature that never varied', () => {
    const scaler = { min: [4], max: [4] }
    expect(rawTrees({ scaler, trees: [stump(0), stump(-0.5)] }).map(({ value }) => value)).toEqual([[0], [1]])
  })

  it('puts children after their parents in preorder', () => {
    const tree: Tree = {
      feature: [0, 0, -1, -1, -1],
      threshold: [0.5, 0.75, 0, 0, 0],
      left: [4, 2, 0, 0, 0],
      right: [1, 3, 0, 0, 0],
      value: [0, 0, 0.2, 0.3, 0.1],
    }
    expect(rawTrees({ scaler: { min: [0], max: [1] }, trees: [tree] })).toEqual([
      {
        feature: [0, -1, 0, -1, -1],
        threshold: [0.5, 0, 0.75, 0, 0],
        left: [1, 0, 3, 0, 0],
        right: [2, 0, 4, 0, 0],
        value: [0, 0.1, 0, 0.2, 0.3],
      },
    ])
  })

  it('refuses a span beyond the numbers', () => {
    const scaler = { min: [-Number.MAX_VALUE], max: [Number.MAX_VALUE] }
    expect(() => rawTrees({ scaler, trees: [stump(0)] })).toThrow(
      /feature 0 spans .*, expected a finite span/,
    )
  })
})
