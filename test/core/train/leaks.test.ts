// Leaks as answers, and what is said about them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLeaks, firstOfEachPixels, leakWords } from '#core/train/leaks.ts'

const find = (folds: readonly number[], digests: string | null, chosenOn: string | null = null) =>
  findLeaks({
    foldOf: Int32Array.from(folds),
    pixelDigests: digests === null ? null : [...digests],
    chosenOn: chosenOn === null ? null : new Set(chosenOn),
  })

describe('findLeaks()', () => {
  it.each([
    ['no duplicates', [0, 1, 0], 'abc', null, []],
    ['duplicates in one fold', [0, 1, 0], 'aba', null, []],
    ['nothing known', [0, 1, 0], null, null, []],
    ['nothing known of features that no image chose', [0, 1], null, '', []],
    ['features chosen on other images', [0, 1], 'ab', 'xyz', []],
    [
      'a pair across folds',
      [2, 0, 1],
      'aba',
      null,
      [{ kind: 'duplicate-across-folds', images: [0, 2], folds: [2, 1] }],
    ],
    [
      'three of which two share a fold, and another pair',
      [0, 1, 1, 0, 1],
      'ababa',
      null,
      [
        { kind: 'duplicate-across-folds', images: [0, 2, 4], folds: [0, 1, 1] },
        { kind: 'duplicate-across-folds', images: [1, 3], folds: [1, 0] },
      ],
    ],
    [
      'features chosen on two pictures, one of them there twice',
      [0, 1, 0],
      'aba',
      'abz',
      [{ kind: 'features-chosen-on-held-out', images: 3 }],
    ],
  ] as const)('%s', (_, folds, digests, chosenOn, leaks) => {
    expect(find(folds, digests, chosenOn)).toEqual(leaks)
  })

  it.each([
    ['too few digests', [0, 1], 'a', null, 'are 1 pixel digests, expected 2, one a row'],
    [
      'features chosen on images, and no digests to tell',
      [0, 1],
      null,
      'a',
      'are 0 pixel digests, expected 2',
    ],
  ])('%s is refused', (_, folds, digests, chosenOn, words) => {
    expect(() => find(folds, digests, chosenOn)).toThrow(words)
  })

  it('finds nothing more among the first of each picture', () => {
    const images = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 3 })), { maxLength: 12 })
    fc.assert(
      fc.property(images, (rows) => {
        const digests = rows.map(([digest]) => digest)
        const kept = firstOfEachPixels(digests)
        expect(kept).toEqual(digests.flatMap((digest, row) => (digests.indexOf(digest) === row ? [row] : [])))
        const foldOf = Int32Array.from(kept, (row) => rows[row]![1])
        expect(findLeaks({ foldOf, pixelDigests: kept.map((row) => digests[row]!), chosenOn: null })).toEqual(
          [],
        )
      }),
    )
  })
})

describe('leakWords()', () => {
  it.each([
    ['nothing for nothing', [0, 1], 'ab', null, ''],
    [
      'names rows, folds and the cure',
      [4, 0, 1],
      'aba',
      null,
      '1 picture in more than one fold (rows 0 and 2 in folds 4 and 1), so the router is judged on pictures that it was trained on: leave duplicates out, all but the first of each.',
    ],
    [
      'names features that have seen the images that judge them',
      [0, 1],
      'ab',
      'b',
      'The features were chosen with 1 image of those that judge them: choose features inside the folds, or on other images.',
    ],
  ])('%s', (_, folds, digests, chosenOn, words) => {
    expect(leakWords(find(folds, digests, chosenOn))).toBe(words)
  })

  it('gives three examples at most, and both kinds of leak', () => {
    const words = leakWords(find([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], 'abcdeeabcd', 'a'))
    expect(words).toContain('5 pictures in more than one fold')
    expect(words.match(/rows/g)).toHaveLength(3)
    expect(words).toContain('; 2 more)')
    expect(words).toContain('chosen with 2 images of those')
  })

  it('does not list a picture that is everywhere', () => {
    const words = leakWords(find([0, 1, 2, 3, 4, 5], 'aaaaaa'))
    expect(words).toContain('(rows 0, 1, 2 and 3 more in folds 0, 1, 2 and 3 more)')
  })
})
