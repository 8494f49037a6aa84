// Elimination and ablation on tables of a few columns, where it is known what each column tells.

import { describe, expect, it } from 'vitest'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import { ablate, measureLosses } from '#core/rank-features/ablation.ts'
import { judgeColumns } from '#core/rank-features/column-forest.ts'
import { sumRanks } from '#core/rank-features/rank-sum.ts'
import { eliminateRecursively } from '#core/rank-features/recursive-elimination.ts'

const FOREST = { trees: 20, depth: 4, seed: 5 }

/** Columns: noise, weak, strong, a constant, noise. */
function mixedTable(count: number) {
  const random = createRandom(2)
  const hidden = Array.from({ length: count }, () => random())
  const rows = hidden.map((h) =>
    Float64Array.of(random(), h + 1.5 * random(), h + 0.3 * random(), 0.5, random()),
  )
  return rankTable(
    rows,
    Uint8Array.from(hidden, (h) => (h > 0.6 ? 1 : 0)),
  )
}
const table = mixedTable(400)

describe('eliminateRecursively()', () => {
  it('ranks strong before weak before noise before a constant', () => {
    const order = eliminateRecursively(table, [0, 1, 2, 3, 4], FOREST)
    expect(order.slice(0, 2)).toEqual([2, 1])
    expect(order.at(-1)).toBe(3)
  })

  it('looks only at the columns that it is given', () => {
    expect(eliminateRecursively(table, [4, 1], FOREST)).toEqual([1, 4])
    expect(eliminateRecursively(table, [3], FOREST)).toEqual([3])
  })

  it('of columns that tell nothing, the later goes first', () => {
    const flat = rankTable([Float64Array.of(1, 1, 1), Float64Array.of(1, 1, 1)], Uint8Array.of(0, 1))
    expect(eliminateRecursively(flat, [0, 1, 2], FOREST)).toEqual([0, 1, 2])
  })
})

describe('ablate()', () => {
  it('keeps what tells the label', () => {
    const { steps, left } = ablate(table, [0, 1, 2, 4], { ...FOREST, kept: 1 })
    expect(left).toEqual([2])
    expect(steps.map(({ without }) => without.length)).toEqual([4, 3, 2])
    for (const { auc, without } of steps) {
      const withoutStrong = without.find(({ feature }) => feature === 2)!
      expect(withoutStrong.auc).toBeLessThan(auc - 0.1)
    }
  })

  it('of columns that tell nothing, drops the later', () => {
    const flat = rankTable([Float64Array.of(1, 1, 1), Float64Array.of(1, 1, 1)], Uint8Array.of(0, 1))
    expect(ablate(flat, [0, 1, 2], { ...FOREST, kept: 1 }).left).toEqual([0])
  })

  it('does nothing where no more are left than are kept', () => {
    expect(ablate(table, [0, 2], { ...FOREST, kept: 2 })).toEqual({ steps: [], left: [0, 2] })
  })
})

describe('measureLosses()', () => {
  it('is what judging with and without gives', () => {
    const options = { ...FOREST, stream: 0 }
    const whole = judgeColumns(table, [1, 2], options)
    const weak = judgeColumns(table, [1], options)
    const [, strong] = measureLosses(table, [1, 2], FOREST)
    expect(strong).toEqual({
      feature: 2,
      aucLoss: whole.auc - weak.auc,
      accuracyLoss: whole.accuracy - weak.accuracy,
    })
  })
})

describe('judgeColumns()', () => {
  it('without columns is chance', () => {
    const ones = table.labels.reduce((sum, label) => sum + label, 0)
    const { auc, accuracy } = judgeColumns(table, [], { ...FOREST, stream: 0 })
    expect(auc).toBe(0.5)
    // A score at the cut offloads.
    expect(accuracy).toBe(ones / table.labels.length)
  })

  it('counts rows that a cut at 0.5 puts into their class', () => {
    const { auc, accuracy } = judgeColumns(table, [2], { ...FOREST, stream: 0 })
    expect(auc).toBeGreaterThan(0.9)
    expect(accuracy).toBeGreaterThan(0.8)
  })
})

describe('sumRanks()', () => {
  it('adds both ranks; equal sums go by elimination, equal scores by the list', () => {
    expect(sumRanks([2, 0, 1], [5, 9, 5])).toEqual([
      { feature: 2, rfeRank: 1, chiSquared: 5, chiSquaredRank: 3, rankSum: 4 },
      { feature: 0, rfeRank: 2, chiSquared: 5, chiSquaredRank: 2, rankSum: 4 },
      { feature: 1, rfeRank: 3, chiSquared: 9, chiSquaredRank: 1, rankSum: 4 },
    ])
    expect(sumRanks([1, 0], [1, 9]).map(({ feature }) => feature)).toEqual([1, 0])
    expect(sumRanks([1, 2, 0], [9, 1, 5]).map(({ rankSum }) => rankSum)).toEqual([4, 4, 4])
    expect(sumRanks([1, 0, 2], [9, 5, 1])[0]).toMatchObject({ feature: 1, rankSum: 3 })
  })
})
