// Every strategy has its row, beside the lots that send as much, with figures that follow from the outcomes.

import { describe, expect, it } from 'vitest'
import { StrategyFigures } from '#contract/results/strategy-figures.ts'
import { createRandom } from '#core/random.ts'
import { judgeRouters } from '#core/report/judge-routers.ts'
import { strategyTable } from '#core/report/strategy-table.ts'
import { answersOf, COSTS, gainsOf, heldOutOf, randomScores } from './made-up-outcomes.ts'

const answers = answersOf({ both: 60, onlyEdge: 20, onlyLocal: 5, neither: 15 })
const knowing = gainsOf(answers)
const confidence = heldOutOf('confidence', knowing, 0.4)
const held = [confidence, heldOutOf('forest', knowing, 0.2), heldOutOf('random', randomScores(100, 1), 0.3)]
const table = strategyTable(
  judgeRouters(held, { answers, costs: COSTS, confidence, random: createRandom(1), resamples: 50 }),
)

describe('strategyTable()', () => {
  it('has every router with lots beside it, between what needs no router and the oracle', () => {
    expect(table.map(({ name, matches }) => (matches ? `${name} as ${matches}` : name))).toEqual([
      'local-only',
      'edge-only',
      'confidence',
      'random as confidence',
      'forest',
      'random as forest',
      'random',
      'oracle',
    ])
    for (const row of table) expect(StrategyFigures.parse(row)).toEqual(row)
  })

  it.each([
    // name, offload, top-1, features, local, upload, precision, recall
    [0, 0, 0.65, 0, 0.5, 0, null, null],
    [1, 1, 0.8, 0, 0, 0.1, null, null],
    [2, 0.4, 0.85, 0, 0.5, 0.04, 0.5, 1],
    [3, 0.4, 0.71, 0, 0.3, 0.04, 0.2, 0.4],
    [4, 0.2, 0.85, 0.05, 0.4, 0.02, 1, 1],
    [5, 0.2, 0.68, 0, 0.4, 0.02, 0.2, 0.2],
    [7, 0.2, 0.85, 0, 0.4, 0.02, 1, 1],
  ])(
    'row %d tells offload, top-1, where the energy goes, and what was found',
    (at, r, top1, f, l, u, precision, recall) => {
      const row = table[at]!
      expect(row.offloadShare).toBeCloseTo(r, 12)
      expect(row.top1.value).toBeCloseTo(top1, 12)
      expect(row.shareOfOracle).toBeCloseTo(top1 / 0.85, 12)
      expect(row.energy.featuresJ).toBeCloseTo(f, 12)
      expect(row.energy.localJ).toBeCloseTo(l, 12)
      expect(row.energy.uploadJ).toBeCloseTo(u, 12)
      expect(row.deviceEnergyJ).toBeCloseTo(f + l + u, 12)
      if (precision === null || recall === null)
        expect([row.precision, row.recall, row.f1]).toEqual([null, null, null])
      else {
        expect(row.precision).toBeCloseTo(precision, 12)
        expect(row.recall).toBeCloseTo(recall, 12)
        expect(row.f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12)
      }
    },
  )
})
