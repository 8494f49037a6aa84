// What a pair of models shares of right and wrong, and the precision and recall of sending images, on counts that can be
// checked by hand.

import { describe, expect, it } from 'vitest'
import { offloadQuality } from '#core/evaluate/offload-quality.ts'
import { pairShares } from '#core/evaluate/pair-shares.ts'

describe('pairShares()', () => {
  // Rows: both right, only edge, only local, none, only edge.
  const local = Uint8Array.of(1, 0, 1, 0, 0)
  const edge = Uint8Array.of(1, 1, 0, 0, 1)
  it.each([
    ['every row once', undefined, [0.2, 0.4, 0.2, 0.2]],
    ['rows by weight', [2, 0, 0, 1, 2], [0.4, 0.4, 0, 0.2]],
    ['no weight at all', [0, 0, 0, 0, 0], [0, 0, 0, 0]],
  ])('of %s', (_, weights, [bothRight, onlyEdgeRight, onlyLocalRight, bothWrong]) => {
    expect(pairShares(local, edge, weights)).toEqual({ bothRight, onlyEdgeRight, onlyLocalRight, bothWrong })
  })

  it('refuses outcomes of unequal number', () => {
    expect(() => pairShares(local, edge.subarray(1))).toThrow('are 5 local and 4 edge outcomes')
  })
})

describe('offloadQuality()', () => {
  it.each([
    ['one of two sent, one of two found', [0, 1, 0, 1, 0], [0, 1, 0, 0, 1], 0.5, 0.5, 0.5],
    ['everything sent', [1, 1, 1, 1], [1, 0, 0, 0], 0.25, 1, 0.4],
    ['nothing sent', [0, 0], [1, 0], 0, 0, 0],
    ['nothing needed', [1, 0], [0, 0], 0, 0, 0],
  ])('%s', (_, sent, needed, precision, recall, f1) => {
    expect(offloadQuality(Uint8Array.from(sent), Uint8Array.from(needed))).toEqual({ precision, recall, f1 })
  })
})
