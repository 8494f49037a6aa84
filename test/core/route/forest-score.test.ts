// Scores of a router by hand: trees, scaled rows and confidence, and a refusal of rows that do not fit.

import { describe, expect, it } from 'vitest'
import type { ForestRouter, Tree } from '#contract/router.ts'
import { forestScore, scaleRow, treeScore } from '#core/route/forest-score.ts'
import { confidenceScore, decide } from '#core/route/score.ts'

const stump: Tree = {
  feature: [0, -1, -1],
  threshold: [0.5, 0, 0],
  left: [1, 0, 0],
  right: [2, 0, 0],
  value: [0.5, 0.1, 0.9],
}
const leaf: Tree = { feature: [-1], threshold: [0], left: [0], right: [0], value: [0.3] }
const router: ForestRouter = {
  schema: 1,
  kind: 'forest',
  threshold: 0.5,
  featuresVersion: 1,
  features: ['contrast', 'hue1'],
  scaler: { min: [10, 4], max: [20, 4] },
  trees: [stump, leaf],
}

describe('forestScore()', () => {
  it.each([
    ['below the threshold', [12, 4], (0.1 + 0.3) / 2],
    ['equal to the threshold goes left', [15, 4], (0.1 + 0.3) / 2],
    ['above the threshold', [18, 4], (0.9 + 0.3) / 2],
    ['outside the training range', [99, -7], (0.9 + 0.3) / 2],
  ])('means the leaves of all trees: %s', (_, values, score) => {
    expect(forestScore(router, values)).toBeCloseTo(score, 12)
  })

  it('refuses another number of values than the router names', () => {
    expect(() => forestScore(router, [1])).toThrow(/are 1 values, expected 2/)
  })
})

it('scaleRow() gives 0 for a feature that never varied', () => {
  expect([...scaleRow(router.scaler, [15, 99])]).toEqual([0.5, 0])
})

it('treeScore() of a lone leaf is its value', () => {
  expect(treeScore(leaf, [])).toBe(0.3)
})

it('confidenceScore() is high where the model is unsure', () => {
  expect(confidenceScore(0.25)).toBe(0.75)
})

it.each([
  [0.5, 0.5, true],
  [0.4, 0.5, false],
  [1, 2, false],
  [0, -1, true],
  [Number.NaN, 0, false],
])('decide(%d, %d) is %s', (score, threshold, sends) => {
  expect(decide(score, threshold)).toBe(sends)
})
