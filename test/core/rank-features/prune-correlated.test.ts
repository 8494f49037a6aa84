// Which of two alike features goes, and what is told about it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pruneCorrelated } from '#core/rank-features/prune-correlated.ts'

/** Symmetric, 1 on the diagonal, from the pairs that are not 0. */
function matrixOf(size: number, pairs: readonly (readonly [number, number, number])[]): number[][] {
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => Number(i === j)),
  )
  for (const [i, j, r] of pairs) {
    matrix[i]![j] = r
    matrix[j]![i] = r
  }
  return matrix
}

const prune = (
  pairs: readonly (readonly [number, number, number])[],
  relevance: readonly number[],
  above = 0.75,
) => pruneCorrelated(matrixOf(relevance.length, pairs), relevance, above)

describe('pruneCorrelated()', () => {
  it.each([
    ['the less relevant goes', [[0, 1, 0.9]], [0.1, 0.2], [{ kept: 1, dropped: [{ feature: 0, r: 0.9 }] }]],
    ['relevance has no sign', [[0, 1, 0.9]], [-0.2, 0.1], [{ kept: 0, dropped: [{ feature: 1, r: 0.9 }] }]],
    ['of equal ones the later goes', [[0, 1, 1]], [0.3, 0.3], [{ kept: 0, dropped: [{ feature: 1, r: 1 }] }]],
    [
      'a difference of rounding is none',
      [[0, 1, 1]],
      [0.3, 0.3 + 1e-14],
      [{ kept: 0, dropped: [{ feature: 1, r: 1 }] }],
    ],
    [
      'opposites are alike too',
      [[0, 1, -0.8]],
      [0.3, 0.1],
      [{ kept: 0, dropped: [{ feature: 1, r: -0.8 }] }],
    ],
    ['0.75 itself is not above 0.75', [[0, 1, 0.75]], [0.3, 0.1], []],
    [
      'what has gone drops nobody: 1 goes for 0, so 2 stays',
      [
        [0, 1, 0.9],
        [1, 2, 0.8],
      ],
      [0.3, 0.2, 0.1],
      [{ kept: 0, dropped: [{ feature: 1, r: 0.9 }] }],
    ],
    [
      'who lost to one that went later is listed with the survivor, by the pair that it lost',
      [
        [1, 2, 0.95],
        [0, 1, 0.8],
      ],
      [0.3, 0.2, 0.1],
      [
        {
          kept: 0,
          dropped: [
            { feature: 2, r: 0.95 },
            { feature: 1, r: 0.8 },
          ],
        },
      ],
    ],
    [
      'two groups, by the kept one',
      [
        [2, 3, 0.99],
        [0, 1, 0.8],
      ],
      [0.1, 0.2, 0.2, 0.1],
      [
        { kept: 1, dropped: [{ feature: 0, r: 0.8 }] },
        { kept: 2, dropped: [{ feature: 3, r: 0.99 }] },
      ],
    ],
  ] as const)('%s', (_, pairs, relevance, groups) => {
    const result = prune(pairs, relevance)
    expect(result.groups).toEqual(groups)
    const dropped = result.groups.flatMap((group) => group.dropped.map(({ feature }) => feature))
    expect(result.left).toEqual([...relevance.keys()].filter((feature) => !dropped.includes(feature)))
  })

  it('takes the strongest pair first', () => {
    // By the list's order 0 would go for 1 first, and 2 then for 1.
    const pairs = [
      [0, 1, 0.8],
      [1, 2, 0.9],
    ] as const
    expect(prune(pairs, [0.1, 0.2, 0.3]).left).toEqual([0, 2])
  })

  it('leaves no pair above, drops nothing without cause, and names a survivor for all that go', () => {
    const size = 6
    const strengths = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 15, maxLength: 15 })
    const relevances = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: size,
      maxLength: size,
    })
    fc.assert(
      fc.property(
        strengths,
        relevances,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rs, relevance, above) => {
          let next = 0
          const pairs: [number, number, number][] = []
          for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) pairs.push([i, j, rs[next++]!])
          const matrix = matrixOf(size, pairs)
          const { groups, left } = pruneCorrelated(matrix, relevance, above)
          for (const i of left)
            for (const j of left) if (i !== j) expect(Math.abs(matrix[i]![j]!)).toBeLessThanOrEqual(above)
          const dropped = groups.flatMap((group) => group.dropped)
          expect([...dropped.map(({ feature }) => feature), ...left].sort()).toEqual([...Array(size).keys()])
          for (const { kept } of groups) expect(left).toContain(kept)
          for (const { feature, r } of dropped) {
            expect(Math.abs(r)).toBeGreaterThan(above)
            expect(matrix[feature]).toContain(r)
          }
        },
      ),
    )
  })
})
