// Trees and forests: that they learn what they should, are valid by contract, and do not care about scale.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tree } from '#contract/router.ts'
import { balancedWeights } from '#core/forest/best-cut.ts'
import { growTree } from '#core/forest/cart.ts'
import { growForest } from '#core/forest/forest.ts'
import { rankTable } from '#core/forest/ranked-table.ts'
import { createRandom } from '#core/random.ts'
import { scaleRow, treeScore } from '#core/route/forest-score.ts'
import { fitScaler } from '#core/train/min-max-scaler.ts'

function tableOf(rows: readonly (readonly number[])[], labels: readonly number[]) {
  return rankTable(
    rows.map((row) => Float64Array.from(row)),
    Uint8Array.from(labels),
  )
}
function treeOf(rows: readonly (readonly number[])[], labels: readonly number[], depth = 4, minLeaf = 1) {
  const table = tableOf(rows, labels)
  return growTree(table, Int32Array.from(rows.keys()), {
    depth,
    minLeaf,
    featuresPerSplit: 2,
    weights: balancedWeights(table.labels),
    random: createRandom(1),
  })
}
const scoresOf = (tree: Tree, rows: readonly (readonly number[])[]) => rows.map((row) => treeScore(tree, row))

const XOR = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
]

describe('growTree()', () => {
  it('cuts one feature halfway between the classes', () => {
    const tree = treeOf([[1], [2], [8], [9]], [0, 0, 1, 1])
    expect(tree).toEqual({
      feature: [0, -1, -1],
      threshold: [5, 0, 0],
      left: [1, 0, 0],
      right: [2, 0, 0],
      value: [0.5, 0, 1],
    })
  })

  it('learns what takes two cuts', () => {
    const labels = [0, 1, 1, 0, 0]
    expect(scoresOf(treeOf(XOR, labels), XOR)).toEqual(labels)
  })

  it.each([
    ['no positive', [0, 0, 0, 0, 0], 4, 1, 0],
    ['no negative', [1, 1, 1, 1, 1], 4, 1, 1],
    ['no depth', [0, 1, 1, 0, 0], 0, 1, 0.5],
    ['leaves too large to cut', [0, 1, 1, 0, 0], 4, 3, 0.5],
  ])('is a leaf with %s', (_, labels, depth, minLeaf, value) => {
    const tree = treeOf(XOR, labels, depth, minLeaf)
    expect(tree.feature).toEqual([-1])
    expect(tree.value[0]).toBeCloseTo(value, 12)
  })

  it('is a leaf where features are constant', () => {
    expect(treeOf([[4], [4], [4]], [0, 1, 0]).feature).toEqual([-1])
  })

  it('keeps depth, leaf sizes and the contract', () => {
    const value = fc.integer({ min: 0, max: 9 })
    const row = fc.tuple(value, value, value, fc.integer({ min: 0, max: 1 }))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (list) => {
        const rows = list.map((one) => one.slice(0, 3))
        const labels = list.map((one) => one[3])
        const tree = treeOf(rows, labels, 3, 4)
        expect(Tree.safeParse(tree).success).toBe(true)
        expect(tree.feature.length).toBeLessThanOrEqual(15)
        const leafSizes = new Map<number, number>()
        for (const score of rows.map((one) => leafOf(tree, one)))
          leafSizes.set(score, (leafSizes.get(score) ?? 0) + 1)
        if (tree.feature.length > 1) expect(Math.min(...leafSizes.values())).toBeGreaterThanOrEqual(4)
      }),
    )
  })

  it('decides alike whatever a feature is scaled by', () => {
    // Exact in binary, midpoints too: subnormal numbers would underflow when scaled and become equal.
    const value = fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1_024)
    const rows = fc.array(fc.tuple(value, value), { minLength: 4, maxLength: 30 })
    fc.assert(
      fc.property(rows, fc.constantFrom(0.25, 2, 1024), (list, factor) => {
        const labels = list.map((_, i) => i % 2)
        const scaled = list.map(([a, b]) => [a * factor, b])
        expect(scoresOf(treeOf(scaled, labels), scaled)).toEqual(scoresOf(treeOf(list, labels), list))
      }),
    )
  })
})

function leafOf(tree: Tree, row: readonly number[]): number {
  let node = 0
  while (tree.feature[node]! >= 0)
    node = row[tree.feature[node]!]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!
  return node
}

describe('growForest()', () => {
  const random = createRandom(4)
  const rows = Array.from({ length: 300 }, () => [random(), random(), random(), random()])
  const labels = rows.map((row) => (row[2]! + 0.2 * random() > 0.7 ? 1 : 0))
  const options = { trees: 40, depth: 4, minLeaf: 5 }

  it('scores rows out of bag so that they tell the classes apart', () => {
    const { trees, outOfBag } = growForest(tableOf(rows, labels), { ...options, random: createRandom(1) })
    expect(trees).toHaveLength(40)
    const mean = (label: number) => {
      const scores = outOfBag.filter((_, row) => labels[row] === label)
      return scores.reduce((sum, score) => sum + score, 0) / scores.length
    }
    expect(mean(1) - mean(0)).toBeGreaterThan(0.4)
  })

  it('is the same for the same seed, and another for another', () => {
    const grow = (seed: number) =>
      growForest(tableOf(rows, labels), { ...options, random: createRandom(seed) })
    expect(grow(1)).toEqual(grow(1))
    expect(grow(1).trees).not.toEqual(grow(2).trees)
  })

  it('scores a row that every tree has seen', () => {
    const { outOfBag } = growForest(tableOf([[1]], [1]), { ...options, trees: 1, random: createRandom(1) })
    expect([...outOfBag]).toEqual([1])
  })

  it('refuses to grow from nothing', () => {
    const table = tableOf(rows, labels)
    expect(() => growForest(table, { ...options, trees: 0, random })).toThrow(/asked for 0 trees/)
    expect(() => growForest(tableOf([], []), { ...options, random })).toThrow(RangeError)
  })
})

it('fitScaler() takes each column to 0..1', () => {
  const rows = [
    [3, -1, 7],
    [5, -3, 7],
    [4, -2, 7],
  ]
  const scaler = fitScaler(rows)
  expect(scaler).toEqual({ min: [3, -3, 7], max: [5, -1, 7] })
  expect(rows.map((row) => [...scaleRow(scaler, row)])).toEqual([
    [0, 1, 0],
    [1, 0, 0],
    [0.5, 0.5, 0],
  ])
})
