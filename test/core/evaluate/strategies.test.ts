import { describe, expect, it } from 'vitest'
import type { PairCosts } from '#contract/evaluation.ts'
import { bootstrapIntervals } from '#core/evaluate/bootstrap.ts'
import { offloadQuality } from '#core/evaluate/offload-quality.ts'
import { pairShares } from '#core/evaluate/pair-shares.ts'
import { STRATEGY_NAMES, strategyTable, strategyTop1 } from '#core/evaluate/strategies.ts'
import { verdict } from '#core/evaluate/verdict.ts'
import { createRandom } from '#core/random.ts'

const costs: PairCosts = {
  featuresMs: 2,
  featuresJ: 0.02,
  localMs: 30,
  localJ: 0.3,
  edgeMs: 20,
  edgeJ: 0.9,
  uploadMs: 10,
  uploadJ: 0.1,
  uploadSource: 'measured on loopback',
}
// Rows: both right, only edge, only local, none, only edge; the router sends the second and the fourth.
const answers = { localRight: Uint8Array.of(1, 0, 1, 0, 0), edgeRight: Uint8Array.of(1, 1, 0, 0, 1) }
const offloaded = Uint8Array.of(0, 1, 0, 1, 0)
const shares = pairShares(answers.localRight, answers.edgeRight)
const certain = (value: number) => ({ value, low: value, high: value })

it('pairShares() add up to 1', () => {
  expect(shares).toEqual({ bothRight: 0.2, onlyEdgeRight: 0.4, onlyLocalRight: 0.2, bothWrong: 0.2 })
})

it('strategyTop1() gives each strategy its accuracy', () => {
  const top1 = strategyTop1(answers, offloaded, [1, 1, 1, 1, 1])
  const expected = { 'local-only': 0.4, 'edge-only': 0.6, random: 0.48, router: 0.6, oracle: 0.8 }
  for (const [i, name] of STRATEGY_NAMES.entries()) expect(top1[i]).toBeCloseTo(expected[name], 12)
})

describe('strategyTable()', () => {
  it.each([
    [false, 2 + 0.6 * 30 + 0.4 * 30, 0.02 + 0.6 * 0.3 + 0.4 * 0.1],
    [true, 30 + 0.4 * 30, 0.3 + 0.4 * 0.1],
  ])('charges the router by when it decides (cascade: %s)', (isCascade, latencyMs, energyJ) => {
    const top1 = STRATEGY_NAMES.map(() => certain(0.5))
    const table = strategyTable({ top1, offloadShare: 0.4, isCascade, shares, costs })
    const expected = [
      ['local-only', 0, 30, 0.3],
      ['edge-only', 1, 30, 0.1],
      ['random', 0.4, 30, 0.22],
      ['router', 0.4, latencyMs, energyJ],
      ['oracle', 0.4, 30, 0.22],
    ] as const
    for (const [i, [name, offload, ms, joules]] of expected.entries()) {
      expect(table[i]).toMatchObject({ name, offloadShare: offload })
      expect(table[i]!.latencyMeanMs).toBeCloseTo(ms, 12)
      expect(table[i]!.deviceEnergyJ).toBeCloseTo(joules, 12)
    }
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

describe('bootstrapIntervals()', () => {
  const mean = (values: number[]) => (weights: Int32Array) => [
    values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / values.length,
  ]
  it('comes near the normal interval of a mean, and repeats itself for the same seed', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2)
    const [interval] = bootstrapIntervals(400, mean(values), createRandom(1))
    expect(interval!.value).toBe(0.5)
    expect(interval!.low).toBeCloseTo(0.5 - 1.96 * 0.025, 1.9)
    expect(interval!.high).toBeCloseTo(0.5 + 1.96 * 0.025, 1.9)
    expect(bootstrapIntervals(400, mean(values), createRandom(1))).toEqual([interval])
  })

  it('has no width where rows do not differ', () => {
    expect(bootstrapIntervals(5, mean([3, 3, 3, 3, 3]), createRandom(1), 20)).toEqual([certain(3)])
  })
})

describe('verdict()', () => {
  const facts = {
    dgc: { value: 0.31, low: 0.22, high: 0.4 },
    offloadShare: 0.3,
    routerTop1: 0.7123,
    randomTop1: 0.69,
    onlyEdgeRight: 0.2,
  }
  it.each([
    [
      'better',
      facts,
      true,
      'Better than chance: DGC 0.31 (95 % 0.22 to 0.40). Offloading 30.0 %, it is right on 71.2 %, 2.2 points more than random at the same offload.',
    ],
    [
      'an interval that contains 0',
      { ...facts, dgc: { value: 0.02, low: -0.001, high: 0.1 }, routerTop1: 0.68 },
      false,
      'Not better than chance: DGC 0.02 (95 % 0.00 to 0.10). Offloading 30.0 %, it is right on 68.0 %, 1.0 points less than random at the same offload.',
    ],
    [
      'nothing to find',
      { ...facts, onlyEdgeRight: 0 },
      false,
      'Not better than chance: there is no image that only the edge model gets right.',
    ],
  ])('%s', (_, given, beatsChance, words) => {
    expect(verdict(given)).toEqual({ beatsChance, words })
  })
})
