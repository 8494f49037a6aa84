// What is measured from scores: AUC, area under the deferral curve and DGC, against brute force and closed forms.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auc } from '#core/evaluate/auc.ts'
import { deferral, gapOfOracle } from '#core/evaluate/deferral.ts'
import { pairShares } from '#core/evaluate/pair-shares.ts'
import { rankByScore } from '#core/evaluate/ranking.ts'
import { createRandom, shuffle } from '#core/random.ts'

const bit = fc.integer({ min: 0, max: 1 })
const row = fc.record({ score: fc.integer({ min: 0, max: 6 }), local: bit, edge: bit })
const rows = fc.array(row, { minLength: 1, maxLength: 60 })
type Row = { score: number; local: number; edge: number }

const scoresOf = (list: Row[]) => list.map((one) => one.score)
const answersOf = (list: Row[]) => ({
  localRight: Uint8Array.from(list, (one) => one.local),
  edgeRight: Uint8Array.from(list, (one) => one.edge),
})
const shuffled = (list: Row[]) => {
  const order = [...list.keys()]
  shuffle(order, createRandom(list.length))
  return order.map((i) => list[i]!)
}

describe('auc()', () => {
  it.each([
    ['perfect', [1, 2, 3, 4], [0, 0, 1, 1], 1],
    ['inverted', [4, 3, 2, 1], [0, 0, 1, 1], 0],
    ['all tied', [7, 7, 7, 7], [0, 1, 0, 1], 0.5],
    ['one pair of four lost, one tied', [1, 3, 2, 3], [0, 0, 1, 1], 0.625],
    ['no positive', [1, 2], [0, 0], 0.5],
    ['no negative', [1, 2], [1, 1], 0.5],
    ['no rows', [], [], 0.5],
  ])('%s', (_, scores, positives, expected) => {
    expect(auc(scores, Uint8Array.from(positives))).toBe(expected)
  })

  it('counts pairs as a double loop would', () => {
    fc.assert(
      fc.property(rows, (list) => {
        let wins = 0
        let pairs = 0
        for (const a of list)
          for (const b of list) {
            if (a.edge !== 1 || b.edge !== 0) continue
            pairs++
            wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
          }
        expect(auc(scoresOf(list), answersOf(list).edgeRight)).toBeCloseTo(
          pairs === 0 ? 0.5 : wins / pairs,
          12,
        )
      }),
    )
  })

  it('is the same for rows in another order', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const other = shuffled(list)
        expect(auc(scoresOf(other), answersOf(other).edgeRight)).toBe(
          auc(scoresOf(list), answersOf(list).edgeRight),
        )
      }),
    )
  })
})

describe('deferral()', () => {
  it('is 1 for the score that knows the gain, and its area is the closed form', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const answers = answersOf(list)
        const known = list.map((one) => one.edge - one.local)
        const result = deferral(known, answers)
        const gap = gapOfOracle(pairShares(answers.localRight, answers.edgeRight))
        expect(result.audc - result.randomAudc).toBeCloseTo(gap, 12)
        expect(result.oracleAudc - result.randomAudc).toBeCloseTo(gap, 12)
        expect(result.dgc).toBeCloseTo(gap > 1e-9 ? 1 : 0, 9)
      }),
    )
  })

  it('is 0 for a score that is the same for all, and -1 for the oracle turned round', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const answers = answersOf(list)
        const flat = deferral(new Float64Array(list.length), answers)
        expect(flat.dgc).toBeCloseTo(0, 9)
        const worst = deferral(
          list.map((one) => one.local - one.edge),
          answers,
        )
        expect(worst.dgc).toBeCloseTo(worst.oracleAudc - worst.randomAudc > 1e-9 ? -1 : 0, 9)
      }),
    )
  })

  it('is the same for rows in another order and for a monotone map of the scores', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const other = shuffled(list)
        const expected = deferral(scoresOf(list), answersOf(list))
        const mapped = other.map((one) => Math.exp(one.score) / 1000)
        expect(deferral(scoresOf(other), answersOf(other)).dgc).toBeCloseTo(expected.dgc, 12)
        expect(deferral(mapped, answersOf(other)).dgc).toBeCloseTo(expected.dgc, 12)
      }),
    )
  })

  it('is finite where there is no row or nothing to gain', () => {
    expect(deferral([], answersOf([])).dgc).toBe(0)
    expect(deferral([1, 2], { localRight: Uint8Array.of(1, 1), edgeRight: Uint8Array.of(0, 0) }).dgc).toBe(0)
  })
})

it('rankByScore() keeps infinite scores that are equal in one group', () => {
  const { order, groupEnds } = rankByScore([1, Infinity, -Infinity, Infinity])
  expect([...order]).toEqual([1, 3, 0, 2])
  expect([...groupEnds]).toEqual([2, 3, 4])
})

it('rankByScore() refuses NaN and names the row', () => {
  expect(() => rankByScore([1, Number.NaN])).toThrow('Cannot rank row "1"')
})
