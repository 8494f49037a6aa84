// Figures of routers on outcomes with known shares, against closed forms.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PairCosts } from '#contract/results/evaluation.ts'
import type { PairAnswers } from '#core/evaluate/deferral.ts'
import type { HeldOut } from '#core/evaluate/held-out.ts'
import { createRandom, shuffle } from '#core/random.ts'
import { type JudgedPair, judgeRouters } from '#core/report/judge-routers.ts'
import { strategyTable } from '#core/report/strategy-table.ts'
import { answersOf, COSTS, DEAR_UPLOAD, gainsOf, heldOutOf, randomScores } from './made-up-outcomes.ts'

/** g = 0.2, h = 0.05; local-only 0.65, edge-only 0.8, oracle 0.85. */
const answers = answersOf({ both: 600, onlyEdge: 200, onlyLocal: 50, neither: 150 })
const COUNT = 1000
const knowing = gainsOf(answers)

function judge(
  held: HeldOut[],
  {
    costs = COSTS,
    confidence = held[0]!,
    of = answers,
  }: { costs?: PairCosts; confidence?: HeldOut; of?: PairAnswers } = {},
): JudgedPair {
  return judgeRouters(held, { answers: of, costs, confidence, random: createRandom(1), resamples: 200 })
}

describe('the frame', () => {
  const pair = judge([heldOutOf('confidence', knowing, 0.2)])

  it('is that of the shares: random half way between both models, the oracle [g(1-g) + h(1-h)] / 2 above', () => {
    expect(pair.randomAudc).toBeCloseTo((0.65 + 0.8) / 2, 12)
    expect(pair.oracleAudc - pair.randomAudc).toBeCloseTo((0.2 * 0.8 + 0.05 * 0.95) / 2, 12)
  })

  it('has the top-1 of what needs no router, with intervals about it', () => {
    for (const [interval, value] of [
      [pair.localOnly, 0.65],
      [pair.edgeOnly, 0.8],
      [pair.oracle, 0.85],
    ] as const) {
      expect(interval.value).toBeCloseTo(value, 12)
      const halfWidth = 1.96 * Math.sqrt((value * (1 - value)) / COUNT)
      expect(Math.abs(interval.low - (value - halfWidth))).toBeLessThan(0.007)
      expect(Math.abs(interval.high - (value + halfWidth))).toBeLessThan(0.007)
    }
  })
})

describe('a score that knows the gain', () => {
  it('has DGC 1 on every resample, AUC 1 and the area of the oracle', () => {
    const pair = judge([heldOutOf('confidence', knowing, 0.2)])
    const router = pair.routers[0]!
    expect(router.dgc.value).toBeCloseTo(1, 12)
    expect(router.dgc.low).toBeCloseTo(1, 12)
    expect(router.auc).toEqual({ value: 1, low: 1, high: 1 })
    expect(router.audc.value).toBeCloseTo(pair.oracleAudc, 12)
    expect(router.top1.value).toBeCloseTo(0.85, 12)
    expect(router.quality).toEqual({ precision: 1, recall: 1, f1: 1 })
    expect(router.bestOffload.offload).toBeCloseTo(0.2, 12)
    expect(router.bestOffload.gain).toBeCloseTo(0.2 - 0.2 * 0.15, 12)
  })
})

describe('a score that knows nothing', () => {
  it.each([1, 2, 3])('has a DGC of about 0, within its interval (seed %d)', (seed) => {
    const { dgc, auc } = judge([heldOutOf('confidence', randomScores(COUNT, seed), 0.3)]).routers[0]!
    expect(Math.abs(dgc.value)).toBeLessThan(0.2)
    expect(dgc.low).toBeLessThan(0)
    expect(dgc.high).toBeGreaterThan(0)
    expect(auc.low).toBeLessThan(0.5)
    expect(auc.high).toBeGreaterThan(0.5)
  })

  it('has a DGC of 0 and no width where it is the same for all', () => {
    const { dgc, auc } = judge([heldOutOf('confidence', new Float64Array(COUNT), 0.3)]).routers[0]!
    for (const limit of [dgc.value, dgc.low, dgc.high]) expect(limit).toBeCloseTo(0, 12)
    expect(auc).toEqual({ value: 0.5, low: 0.5, high: 0.5 })
  })
})

describe('paired differences to confidence', () => {
  const noise = randomScores(COUNT, 5)
  const withNoise = (amount: number) => knowing.map((gain, row) => gain + amount * noise[row]!)
  const confidence = heldOutOf('confidence', withNoise(2), 0.3)

  it('are none for confidence itself, and exactly 0 for the same order under another name', () => {
    const sameOrder = heldOutOf('margin', confidence.scores.map(Math.exp), 0.3)
    const [itself, margin] = judge([confidence, sameOrder]).routers
    expect(itself!.dgcOverConfidence).toBeNull()
    expect(itself!.equalEnergy.overConfidence).toBeNull()
    expect(margin!.dgcOverConfidence).toEqual({ value: 0, low: 0, high: 0 })
    expect(Math.abs(margin!.equalEnergy.overConfidence!.high)).toBeLessThan(1e-12)
  })

  it('tell a small difference that two intervals would hide', () => {
    const [itself, better] = judge([confidence, heldOutOf('logistic', withNoise(1.8), 0.3)]).routers
    expect(better!.dgc.low).toBeLessThan(itself!.dgc.high)
    expect(better!.dgcOverConfidence!.low).toBeGreaterThan(0)
    expect(better!.dgcOverConfidence!.value).toBeCloseTo(better!.dgc.value - itself!.dgc.value, 12)
  })

  it('need no confidence among those that are judged', () => {
    const alone = judge([heldOutOf('logistic', withNoise(1.8), 0.3)], { confidence }).routers[0]!
    const together = judge([confidence, heldOutOf('logistic', withNoise(1.8), 0.3)]).routers[1]!
    expect({ ...alone, held: null }).toEqual({ ...together, held: null })
  })
})

describe('equal energy of the device', () => {
  const confidence = heldOutOf('confidence', knowing, 0.2)
  const lots = (share: number) => 0.65 + share * 0.15
  // Confidence here knows the gain: it sends what gains first, then what changes nothing, and what harms last.
  const knows = (share: number) => 0.65 + Math.min(share, 0.2)

  it.each<[string, PairCosts, HeldOut, number, number | null, number | null]>([
    [
      'a forest, sending cheap: lots must send less',
      COSTS,
      heldOutOf('forest', knowing, 0.4),
      0.39,
      lots(0.275),
      null,
    ],
    [
      'a forest, sending dear: lots may send more',
      DEAR_UPLOAD,
      heldOutOf('forest', knowing, 0.4),
      0.71,
      lots(0.525),
      knows(0.21 / 0.9),
    ],
    [
      'a cascade, sending cheap: lots never cost as much',
      COSTS,
      heldOutOf('margin', knowing, 0.4),
      0.54,
      null,
      knows(0.4),
    ],
    [
      'a cascade, sending dear: lots may send more',
      DEAR_UPLOAD,
      heldOutOf('margin', knowing, 0.1),
      0.59,
      lots(0.225),
      knows(0.1),
    ],
    [
      'a hybrid, sending cheap: confidence sends half as much again',
      COSTS,
      heldOutOf('hybrid', knowing, 0.4, { usesFeatures: true }),
      0.59,
      null,
      knows(0.9),
    ],
    [
      'a hybrid that costs more than confidence ever does',
      COSTS,
      heldOutOf('hybrid', knowing, 0.6, { usesFeatures: true }),
      0.61,
      null,
      null,
    ],
  ])('of %s', (_, costs, held, energyJ, randomTop1, confidenceTop1) => {
    const { equalEnergy, top1 } = judge([held], { costs, confidence }).routers[0]!
    expect(equalEnergy.deviceEnergyJ).toBeCloseTo(energyJ, 12)
    expect(equalEnergy.top1).toEqual(top1)
    for (const [reached, over, expected] of [
      [equalEnergy.randomTop1, equalEnergy.overRandom, randomTop1],
      [equalEnergy.confidenceTop1, equalEnergy.overConfidence, confidenceTop1],
    ] as const) {
      if (expected === null) expect([reached, over]).toEqual([null, null])
      else {
        expect(reached).toBeCloseTo(expected, 12)
        expect(over!.value).toBeCloseTo(top1.value - expected, 12)
        expect(over!.low).toBeLessThanOrEqual(over!.value)
      }
    }
  })

  it('shows a pointless forest below lots where sending is dear', () => {
    const dear = { ...DEAR_UPLOAD, featuresJ: 0.2 }
    const pointless = heldOutOf('forest', randomScores(COUNT, 4), 0.4)
    const { overRandom } = judge([pointless], { costs: dear, confidence }).routers[0]!.equalEnergy
    // 0.2 J of features buy the lots another 50 % of offload.
    expect(overRandom!.value).toBeCloseTo(-0.5 * 0.15, 1.3)
    expect(overRandom!.high).toBeLessThan(0)
  })

  it('weakens the lots by what a pointless forest wastes where sending is cheap, so that it proves nothing', () => {
    const wasteful = { ...COSTS, featuresJ: 0.15 }
    const pointless = heldOutOf('forest', new Float64Array(COUNT), 0, {
      offloaded: Uint8Array.from({ length: COUNT }, (_, row) => (row % 5 < 2 ? 1 : 0)),
    })
    const router = judge([pointless], { costs: wasteful, confidence }).routers[0]!
    expect(router.randomShareAtEnergy).toBeCloseTo(0.4 - 0.15 / 0.4, 12)
    expect(router.equalEnergy.overRandom!.value).toBeGreaterThan(0)
    expect(router.dgc.low).toBeCloseTo(0, 12)
  })
})

describe('the order of the rows', () => {
  const bit = fc.integer({ min: 0, max: 1 })
  const score = fc.integer({ min: 0, max: 4 })
  const row = fc.record({ local: bit, edge: bit, sent: bit, after: bit, sure: score, forest: score })
  const figuresOf = (
    list: { local: number; edge: number; sent: number; after: number; sure: number; forest: number }[],
  ) => {
    const confidence = heldOutOf(
      'confidence',
      list.map((one) => one.sure),
      0,
      {
        offloaded: Uint8Array.from(list, (one) => one.sent),
      },
    )
    const forest = heldOutOf(
      'two-stage',
      list.map((one) => one.forest),
      0,
      {
        offloaded: Uint8Array.from(list, (one) => one.sent),
        sentAfterLocal: Uint8Array.from(list, (one) => one.after),
        usesFeatures: true,
      },
    )
    const pair = judgeRouters([confidence, forest], {
      answers: {
        localRight: Uint8Array.from(list, (one) => one.local),
        edgeRight: Uint8Array.from(list, (one) => one.edge),
      },
      costs: COSTS,
      confidence,
      random: createRandom(3),
      resamples: 20,
    })
    return {
      pair: { ...pair, routers: pair.routers.map(({ held: _, ...figures }) => figures) },
      table: strategyTable(pair),
    }
  }

  it('changes no figure and no interval', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer(), (list, seed) => {
        const order = [...list.keys()]
        shuffle(order, createRandom(seed))
        expect(figuresOf(order.map((i) => list[i]!))).toEqual(figuresOf(list))
      }),
    )
  })
})
