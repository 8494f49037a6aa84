// Every policy against a search through all thresholds that tell rows apart, each measured by routing the rows
// one by one.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OperatingPoint, type ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { ALWAYS, everyPoint, NEVER, pointAt, type ScoredRows } from '#core/threshold/routed-point.ts'
import { judgeThreshold, setThreshold } from '#core/threshold/set-threshold.ts'
import { costs } from '../train/synthetic-pair.ts'

const row = fc.record({
  // Eighths, so that there are ties; 2 is what an earlier stage has sent.
  score: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 8 }).map((i) => i / 8) },
    fc.constant(NEVER),
  ),
  local: fc.integer({ min: 0, max: 1 }),
  edge: fc.integer({ min: 0, max: 1 }),
  after: fc.integer({ min: 0, max: 1 }),
})
const anyRows = fc.tuple(fc.array(row, { minLength: 1, maxLength: 30 }), fc.boolean()).map(
  ([list, usesFeatures]): ScoredRows => ({
    scores: list.map((one) => one.score),
    localRight: Uint8Array.from(list, (one) => one.local),
    edgeRight: Uint8Array.from(list, (one) => one.edge),
    sentAfterLocal: list.map((one) => one.after),
    usesFeatures,
    costs,
  }),
)

/** Offload share, top-1 and energy by the definition. */
function measure(rows: ScoredRows, threshold: number) {
  const n = rows.scores.length
  const after = rows.sentAfterLocal as number[]
  let [sent, right, energyJ] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const goes = rows.scores[i]! >= threshold
    sent += goes ? 1 : 0
    right += goes ? rows.edgeRight[i]! : rows.localRight[i]!
    if (rows.usesFeatures) energyJ += costs.featuresJ
    if (!goes || after[i] === 1) energyJ += costs.localJ
    if (goes) energyJ += costs.uploadJ
  }
  return { offloadShare: sent / n, top1: right / n, deviceEnergyJ: energyJ / n }
}
const all = (rows: ScoredRows) =>
  [...new Set([NEVER, ALWAYS, ...Array.from(rows.scores)])].map((t) => measure(rows, t))
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })
const EPS = 1e-9

describe('pointAt() and everyPoint()', () => {
  it('agree with routing the rows one by one', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const points = everyPoint(rows)
        for (const { threshold, ...point } of points) {
          expect(pointAt(rows, threshold)).toEqual({ threshold, ...point })
          const { deviceEnergyJ, ...counted } = measure(rows, threshold)
          expect(point).toEqual({ ...counted, deviceEnergyJ: expect.closeTo(deviceEnergyJ, 9) })
        }
        const shares = points.map((point) => point.offloadShare)
        expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b))
        expect(new Set(all(rows).map((point) => point.offloadShare))).toEqual(new Set(shares))
      }),
    )
  })
})

describe('setThreshold()', () => {
  it('by accuracy offloads the least that suffices, or is as right as can be', () => {
    fc.assert(
      fc.property(anyRows, share, (rows, target) => {
        const set = setThreshold(rows, { by: 'accuracy', target })
        const enough = all(rows).filter((point) => point.top1 >= target - EPS)
        expect(set.operating.isMet).toBe(enough.length > 0)
        if (enough.length > 0) expect(set.offloadShare).toBe(Math.min(...enough.map((p) => p.offloadShare)))
        else expect(set.top1).toBe(Math.max(...all(rows).map((point) => point.top1)))
      }),
    )
  })

  it('by energy is as right as the budget allows, or as cheap as can be', () => {
    fc.assert(
      fc.property(anyRows, fc.double({ min: 0.05, max: 0.5, noNaN: true }), (rows, budgetJ) => {
        const set = setThreshold(rows, { by: 'energy', budgetJ })
        const within = all(rows).filter((point) => point.deviceEnergyJ <= budgetJ + EPS)
        expect(set.operating.isMet).toBe(within.length > 0)
        if (within.length > 0) expect(set.top1).toBe(Math.max(...within.map((point) => point.top1)))
        const least = Math.min(...all(rows).map((point) => point.deviceEnergyJ))
        if (within.length === 0) expect(set.deviceEnergyJ).toBeCloseTo(least, 9)
      }),
    )
  })

  it('by offload is met only within the target', () => {
    fc.assert(
      fc.property(anyRows, share, (rows, target) => {
        const set = setThreshold(rows, { by: 'offload', target })
        if (set.operating.isMet) expect(set.offloadShare).toBeLessThanOrEqual(target + EPS)
        const least = Math.min(target / 2, target - 1 / rows.scores.length)
        expect(set.operating.isMet).toBe(set.offloadShare <= target + EPS && set.offloadShare >= least - EPS)
      }),
    )
  })

  it('gives the same for the rows in any order', () => {
    const policies: ThresholdPolicy[] = [
      { by: 'offload', target: 0.4 },
      { by: 'accuracy', target: 0.6 },
      { by: 'energy', budgetJ: 0.25 },
      { by: 'guarantee', alpha: 0.4, delta: 0.2 },
    ]
    fc.assert(
      fc.property(anyRows, fc.constantFrom(...policies), (rows, policy) => {
        const back: ScoredRows = {
          ...rows,
          scores: Array.from(rows.scores).reverse(),
          localRight: rows.localRight.slice().reverse(),
          edgeRight: rows.edgeRight.slice().reverse(),
          sentAfterLocal: [...(rows.sentAfterLocal as number[])].reverse(),
        }
        expect(setThreshold(back, policy)).toEqual(setThreshold(rows, policy))
      }),
    )
  })
})

// Four images, the local model surer of each than of the last: right, right, wrong, wrong; the edge knows three.
const four: ScoredRows = {
  scores: [0.1, 0.2, 0.3, 0.4],
  localRight: Uint8Array.of(1, 1, 0, 0),
  edgeRight: Uint8Array.of(0, 1, 1, 1),
  sentAfterLocal: 1,
  usesFeatures: false,
  costs,
}
const tied = { ...four, scores: [0.4, 0.4, 0.4, 0.4] }

describe('what setThreshold() says', () => {
  it.each<[string, ScoredRows, ThresholdPolicy, number, string]>([
    [
      'met',
      four,
      { by: 'offload', target: 0.25 },
      0.4,
      'Offloads 25.0 % of the training images, at most 25.0 % wanted.',
    ],
    [
      'ties too large',
      tied,
      { by: 'offload', target: 0.8 },
      NEVER,
      'Cannot come near the target: offloads 0.0 % of the training images, 80.0 % wanted.',
    ],
    [
      'met',
      four,
      { by: 'accuracy', target: 0.7 },
      0.4,
      'The routed pair is right on 75.0 % of the training images, offloading 25.0 %; 70.0 % wanted.',
    ],
    [
      'out of reach',
      tied,
      { by: 'accuracy', target: 0.8 },
      ALWAYS,
      'Cannot reach 80.0 %: the routed pair is right on 75.0 % of the training images, offloading 100.0 %.',
    ],
    [
      'met',
      four,
      { by: 'energy', budgetJ: 0.35 },
      0.3,
      'Takes 0.35 J an image of a budget of 0.35 J and is right on 100.0 % of the training images, offloading 50.0 %.',
    ],
    [
      'out of reach',
      four,
      { by: 'energy', budgetJ: 0.25 },
      NEVER,
      'Cannot stay within 0.25 J: takes at least 0.3 J an image.',
    ],
    [
      'cheapest by sending before local inference',
      { ...four, sentAfterLocal: 0, usesFeatures: true },
      { by: 'energy', budgetJ: 0.1 },
      ALWAYS,
      'Cannot stay within 0.1 J: takes at least 0.12 J an image.',
    ],
    [
      'out of reach',
      four,
      { by: 'guarantee', alpha: 0.1, delta: 0.05 },
      ALWAYS,
      'Cannot promise at most 10.0 % of kept images wrong where the edge is right, with confidence 95.0 %: none of 4 calibration images is kept.',
    ],
  ])('%s: %#', (name, rows, policy, threshold, words) => {
    const set = setThreshold(rows, policy)
    expect(set.threshold).toBe(threshold)
    expect(set.operating).toEqual({ policy, isMet: name === 'met', words })
    expect(OperatingPoint.parse(set.operating)).toEqual(set.operating)
  })

  it('of a router without a choice is judged as it is', () => {
    const policy = { by: 'guarantee', alpha: 0.9, delta: 0.05 } as const
    expect(judgeThreshold(four, NEVER, policy).operating).toMatchObject({
      isMet: false,
      words: expect.stringMatching(
        /2 of 4 kept calibration images are, so at most 90\.2 %; offloading 0\.0 %/,
      ),
    })
    expect(judgeThreshold(four, NEVER, { by: 'accuracy', target: 0.5 }).operating.isMet).toBe(true)
  })
})
