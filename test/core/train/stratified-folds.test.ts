// Folds share out each label evenly.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '#core/random.ts'
import { stratifiedFolds } from '#core/train/stratified-folds.ts'

describe('stratifiedFolds()', () => {
  it('spreads each label evenly, and rows too', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 5, maxLength: 80 })
    fc.assert(
      fc.property(bits, fc.integer({ min: 2, max: 5 }), fc.integer(), (labels, folds, seed) => {
        const foldOf = stratifiedFolds(Uint8Array.from(labels), folds, createRandom(seed))
        for (const chosen of [[0], [1], [0, 1]]) {
          const sizes = new Int32Array(folds)
          for (const [row, label] of labels.entries()) if (chosen.includes(label)) sizes[foldOf[row]!]!++
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it.each([
    [3, 4, 'are 3, expected at least 4'],
    [3, 1, 'are asked for 1 folds, expected 2 or more'],
    [3, 2.5, 'are asked for 2.5 folds'],
  ])('%d rows in %d folds is refused', (rows, folds, words) => {
    expect(() => stratifiedFolds(new Uint8Array(rows), folds, createRandom(1))).toThrow(words)
  })
})
