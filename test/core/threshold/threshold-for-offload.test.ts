// A threshold for an offload target sends as much as may be sent and no more.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '#core/route/score.ts'
import { ALWAYS, NEVER } from '#core/threshold/routed-point.ts'
import { thresholdForOffload } from '#core/threshold/threshold-for-offload.ts'

describe('thresholdForOffload()', () => {
  it.each([
    ['the third of ten', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.3, 8],
    ['a target between two shares', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.39, 8],
    ['order does not matter', [7, 10, 1, 9, 3, 8, 5, 4, 2, 6], 0.3, 8],
    ['ties that fit', [1, 2, 3, 3], 0.5, 3],
    ['ties that would exceed the target stay', [1, 3, 3, 3], 0.5, NEVER],
    ['ties below the top stay', [1, 3, 3, 4], 0.5, 4],
    ['nothing', [1, 2, 3], 0, NEVER],
    ['everything', [1, 2, 3], 1, ALWAYS],
    ['no rows', [], 0.5, NEVER],
  ])('%s', (_, scores, target, threshold) => {
    expect(thresholdForOffload(scores, target)).toBe(threshold)
  })

  it('never exceeds the target, and one more score value would', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (integers, target) => {
        const list = integers.map((integer) => integer / 20)
        const threshold = thresholdForOffload(list, target)
        const shareAt = (t: number) => list.filter((score) => decide(score, t)).length / list.length
        expect(shareAt(threshold)).toBeLessThanOrEqual(target + 1e-9)
        const below = list.filter((score) => score < threshold)
        if (below.length > 0) expect(shareAt(Math.max(...below))).toBeGreaterThan(target)
      }),
    )
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses a target of %d', (target) => {
    expect(() => thresholdForOffload([1], target)).toThrow(/expected 0 to 1/)
  })
})
