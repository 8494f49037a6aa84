// What a tree must not notice: the order of its rows, a feature's unit and zero, whether a row is repeated or
// counted, columns that say nothing, and by which of two ways a node's rows were put in order.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tree } from '#contract/router.ts'
import { balancedWeights } from '#core/forest/best-cut.ts'
import { growTree } from '#core/forest/cart.ts'
import { growForest } from '#core/forest/forest.ts'
import { createGrouping } from '#core/forest/rank-groups.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom, randomInteger, shuffle } from '#core/random.ts'
import { treeScore } from '#core/route/forest-score.ts'

interface Data {
  rows: readonly number[][]
  labels: readonly number[]
}

/** Three columns: ties are common in the first, unlikely in the second; sixteenths stay exact when scaled. */
const data: fc.Arbitrary<Data> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 16),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 1 }),
    ),
    { minLength: 1, maxLength: 80 },
  )
  .map((list) => ({ rows: list.map((one) => one.slice(0, 3)), labels: list.map((one) => one[3]) }))

const tableOf = ({ rows, labels }: Data) =>
  rankTable(
    rows.map((row) => Float64Array.from(row)),
    Uint8Array.from(labels),
  )
function grow(
  of: Data,
  sample: readonly number[],
  weights = balancedWeights(Uint8Array.from(of.labels)),
): Tree {
  const random = createRandom(1)
  return growTree(tableOf(of), Int32Array.from(sample), {
    depth: 5,
    minLeaf: 1,
    featuresPerSplit: 2,
    weights,
    random,
  })
}
const everyRow = ({ rows }: Data) => [...rows.keys()]
function bootstrapOf({ rows }: Data, seed: number): number[] {
  const random = createRandom(seed)
  return rows.map(() => randomInteger(random, rows.length))
}

describe('growTree()', () => {
  it('grows the same tree from rows in another order', () => {
    fc.assert(
      fc.property(data, fc.nat(), (of, seed) => {
        const order = everyRow(of)
        shuffle(order, createRandom(seed, 1))
        const shuffled = {
          rows: order.map((row) => of.rows[row]!),
          labels: order.map((row) => of.labels[row]!),
        }
        const sample = bootstrapOf(of, seed)
        const sampleThere = sample.map((row) => order.indexOf(row)).reverse()
        expect(grow(shuffled, sampleThere)).toEqual(grow(of, sample))
      }),
    )
  })

  it('decides alike in any unit and from any zero', () => {
    const factor = fc.constantFrom(1 / 8, 3, 1024)
    fc.assert(
      fc.property(data, factor, fc.integer({ min: -500, max: 500 }), (of, by, shift) => {
        const moved = { ...of, rows: of.rows.map((row) => row.map((value) => value * by + shift)) }
        const tree = grow(of, everyRow(of))
        const there = grow(moved, everyRow(of))
        expect({ ...there, threshold: [] }).toEqual({ ...tree, threshold: [] })
        expect(moved.rows.map((row) => treeScore(there, row))).toEqual(
          of.rows.map((row) => treeScore(tree, row)),
        )
      }),
    )
  })

  it('takes a repeated row for as many rows', () => {
    fc.assert(
      fc.property(data, fc.nat(), (of, seed) => {
        const sample = bootstrapOf(of, seed)
        const spelled = {
          rows: sample.map((row) => of.rows[row]!),
          labels: sample.map((row) => of.labels[row]!),
        }
        const weights = balancedWeights(Uint8Array.from(of.labels))
        const rows = of.rows.map((row) => treeScore(grow(of, sample, weights), row))
        expect(of.rows.map((row) => treeScore(grow(spelled, everyRow(spelled), weights), row))).toEqual(rows)
      }),
    )
  })

  it('never cuts a constant column, minus zero beside zero included', () => {
    fc.assert(
      fc.property(data, (of) => {
        const rows = of.rows.map((row, i) => [7, row[1]!, i % 2 === 0 ? 0 : -0])
        const { feature } = grow({ ...of, rows }, everyRow(of))
        expect(feature.filter((f) => f === 0 || f === 2)).toEqual([])
      }),
    )
  })

  it('gives a class more say by its weight', () => {
    const of = { rows: [[0], [0], [0], [0]], labels: [0, 0, 0, 1] }
    expect(grow(of, [0, 1, 2, 3], [1, 9]).value).toEqual([0.75])
  })
})

describe('createGrouping()', () => {
  it('counts many rows and sorts few to the same groups, ascending', () => {
    const random = createRandom(5)
    const rows = Array.from({ length: 3000 }, () => Float64Array.of(random()))
    const labels = Uint8Array.from(rows, () => (random() < 0.3 ? 1 : 0))
    const table = rankTable(rows, labels)
    const copies = Int32Array.from(rows, () => randomInteger(random, 4))
    const groupByRank = createGrouping(table)
    for (const size of [0, 1, 2, 40, 749, 750, 3000]) {
      const sample = Int32Array.from(rows.keys()).slice(0, size)
      const expected = [...sample]
        .map((row) => [
          table.columns[0]!.ranks[row]!,
          copies[row]! * (1 - labels[row]!),
          copies[row]! * labels[row]!,
        ])
        .filter(([, zeros, ones]) => zeros! + ones! > 0)
        .sort((a, b) => a[0]! - b[0]!)
      const { count, ranks, zeros, ones } = groupByRank(
        { rows: sample.filter((row) => copies[row]! > 0), copies },
        0,
      )
      expect(Array.from({ length: count }, (_, i) => [ranks[i], zeros[i], ones[i]])).toEqual(expected)
    }
  })
})

describe('growForest()', () => {
  const of = {
    rows: Array.from({ length: 60 }, (_, i) => [i % 7, i % 11, i]),
    labels: Array.from({ length: 60 }, (_, i) => (i % 11 > 5 ? 1 : 0)),
  }
  const growWith = (options: object) =>
    growForest(tableOf(of), { trees: 8, depth: 3, minLeaf: 2, random: createRandom(3), ...options }).trees

  it('draws the square root of the features at a split where it is not told', () => {
    expect(growWith({})).toEqual(growWith({ featuresPerSplit: 1 }))
    expect(growWith({})).not.toEqual(growWith({ featuresPerSplit: 3 }))
  })

  it('balances the classes where it is not told their weights', () => {
    expect(growWith({})).toEqual(growWith({ weights: balancedWeights(Uint8Array.from(of.labels)) }))
    expect(growWith({})).not.toEqual(growWith({ weights: [1, 1] }))
  })
})
