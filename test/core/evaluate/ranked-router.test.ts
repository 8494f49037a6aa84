// The fast walk against the plain ones, on weights as a resample has them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auc } from '#core/evaluate/auc.ts'
import { drawWeights } from '#core/evaluate/bootstrap.ts'
import { deferral, deferralOf, deferralOfRanking } from '#core/evaluate/deferral.ts'
import { deferralCurve } from '#core/evaluate/deferral-curve.ts'
import type { HeldOut } from '#core/evaluate/held-out.ts'
import { pairShares } from '#core/evaluate/pair-shares.ts'
import {
  bestOffload,
  countDecisions,
  gainedAt,
  rankRouter,
  walkRanking,
} from '#core/evaluate/ranked-router.ts'
import { unitWeights } from '#core/evaluate/ranking.ts'
import { createRandom } from '#core/random.ts'
import { COSTS } from '../report/made-up-outcomes.ts'

const bit = fc.integer({ min: 0, max: 1 })
const row = fc.record({ score: fc.integer({ min: 0, max: 6 }), local: bit, edge: bit, sent: bit, after: bit })
const rows = fc.array(row, { minLength: 1, maxLength: 60 })
type Row = { score: number; local: number; edge: number; sent: number; after: number }

const answersOf = (list: Row[]) => ({
  localRight: Uint8Array.from(list, (one) => one.local),
  edgeRight: Uint8Array.from(list, (one) => one.edge),
})
const heldOf = (list: Row[]): HeldOut => ({
  kind: 'two-stage',
  scores: Float64Array.from(list, (one) => one.score),
  offloaded: Uint8Array.from(list, (one) => one.sent),
  sentAfterLocal: Uint8Array.from(list, (one) => one.after),
  usesFeatures: true,
  operating: [],
})
const rankedOf = (list: Row[]) => rankRouter(heldOf(list), answersOf(list))
const weightsFor = (list: Row[], seed: number) => {
  const weights = new Int32Array(list.length)
  drawWeights(weights, createRandom(seed))
  return weights
}
/** Each row as often as it was drawn. */
const drawn = (list: Row[], weights: Int32Array) =>
  list.flatMap((one, i) => new Array<Row>(weights[i]!).fill(one))

describe('walkRanking()', () => {
  it('on weights is what the plain measures are on rows drawn that often', () => {
    fc.assert(
      fc.property(rows, fc.integer(), (list, seed) => {
        const weights = weightsFor(list, seed)
        const sums = walkRanking(rankedOf(list), weights)
        const copies = drawn(list, weights)
        const scores = copies.map((one) => one.score)
        const needs = Uint8Array.from(copies, (one) => (one.edge > one.local ? 1 : 0))
        expect(sums.auc).toBeCloseTo(auc(scores, needs), 12)
        const plain = deferral(scores, answersOf(copies))
        const { localRight, edgeRight } = answersOf(list)
        expect(deferralOf(sums.areaGained, pairShares(localRight, edgeRight, weights)).audc).toBeCloseTo(
          plain.audc,
          12,
        )
        const ranking = rankedOf(list)
        expect(deferralOfRanking(ranking, answersOf(list), weights).dgc).toBeCloseTo(plain.dgc, 9)
      }),
    )
  })
})

describe('countDecisions()', () => {
  it('tells the shares that a look at every drawn row tells', () => {
    fc.assert(
      fc.property(rows, fc.integer(), (list, seed) => {
        const weights = weightsFor(list, seed)
        const copies = drawn(list, weights)
        const share = (of: (one: Row) => number) =>
          copies.reduce((sum, one) => sum + of(one), 0) / copies.length
        const shares = countDecisions(rankedOf(list), weights)
        expect(shares.sent).toBeCloseTo(
          share((one) => one.sent),
          12,
        )
        expect(shares.sentAfterLocal).toBeCloseTo(
          share((one) => one.sent * one.after),
          12,
        )
        expect(shares.gained).toBeCloseTo(
          share((one) => one.sent * (one.edge - one.local)),
          12,
        )
      }),
    )
  })
})

describe('the deferral curve', () => {
  const facts = (list: Row[]) => ({
    localTop1: list.reduce((sum, one) => sum + one.local, 0) / list.length,
    usesFeatures: true,
    costs: COSTS,
  })

  it('has 21 points for any number of rows, from local-only to edge-only, with features paid for', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const points = deferralCurve(rankedOf(list), facts(list))
        expect(points.map((point) => point.offload)).toEqual(Array.from({ length: 21 }, (_, i) => i / 20))
        const edgeTop1 = list.reduce((sum, one) => sum + one.edge, 0) / list.length
        expect(points[0]!.top1).toBeCloseTo(facts(list).localTop1, 12)
        expect(points[20]!.top1).toBeCloseTo(edgeTop1, 12)
        const afterShare = list.reduce((sum, one) => sum + one.after, 0) / list.length
        expect(points[0]!.deviceEnergyJ).toBeCloseTo(0.05 + 0.5, 12)
        expect(points[20]!.deviceEnergyJ).toBeCloseTo(0.05 + 0.1 + 0.5 * afterShare, 12)
      }),
    )
  })

  it('has the area that is told where its points suffice', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 20, maxLength: 20 }), (list) => {
        const points = deferralCurve(rankedOf(list), facts(list))
        const area = points.slice(1).reduce((sum, point, i) => sum + (point.top1 + points[i]!.top1) / 40, 0)
        expect(area).toBeCloseTo(deferral(heldOf(list).scores, answersOf(list)).audc, 12)
      }),
    )
  })

  it('is read by gainedAt() at any share, between its points too', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const ranked = rankedOf(list)
        const weights = unitWeights(list.length)
        for (const point of deferralCurve(ranked, facts(list)))
          expect(facts(list).localTop1 + gainedAt(ranked, weights, point.offload)).toBeCloseTo(point.top1, 12)
      }),
    )
  })
})

describe('bestOffload()', () => {
  it.each<[string, number[], [number, number][], { offload: number; gain: number }]>([
    // Sending the one image that needs it: 1/4 at 25 %, where lots would gain 1/16.
    [
      'the knowing score',
      [4, 3, 2, 1],
      [
        [0, 1],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      { offload: 0.25, gain: 3 / 16 },
    ],
    [
      'the score turned round',
      [1, 2, 3, 4],
      [
        [0, 1],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      { offload: 0, gain: 0 },
    ],
    [
      'one score for all',
      [1, 1, 1, 1],
      [
        [0, 1],
        [1, 1],
        [1, 0],
        [0, 1],
      ],
      { offload: 0, gain: 0 },
    ],
  ])('of %s', (_, scores, pairs, expected) => {
    const list = pairs.map(([local, edge], i) => ({ score: scores[i]!, local, edge, sent: 0, after: 0 }))
    expect(bestOffload(rankedOf(list))).toEqual(expected)
  })
})
