// The best place to cut one column of one node, by Gini impurity (Breiman et al. 1984) with balanced class
// weights. Rows are counted by rank and class, so that every possible cut is seen in one ascending scan; the
// counts stay integers until they are weighted, which makes the result independent of the rows' order.

import type { Column, RankedTable } from './ranked-table.ts'

export interface Cut {
  feature: number
  /** Rows with this rank or a lower one go left. */
  rank: number
  threshold: number
  /** Weighted impurity of both sides together; lower is better. */
  impurity: number
}

/** Weight of one row by its label. */
export type ClassWeights = readonly [number, number]

/** Balanced: both classes weigh the same in all; 0 for a class without rows. */
export function balancedWeights(labels: Uint8Array): ClassWeights {
  const ones = labels.reduce((sum, label) => sum + label, 0)
  const weigh = (count: number) => (count === 0 ? 0 : labels.length / (2 * count))
  return [weigh(labels.length - ones), weigh(ones)]
}

/** Weight times Gini impurity, halved: w0 w1 / (w0 + w1). */
export function impurityOf(zeros: number, ones: number, weights: ClassWeights): number {
  const w0 = zeros * weights[0]
  const w1 = ones * weights[1]
  return w0 + w1 === 0 ? 0 : (w0 * w1) / (w0 + w1)
}

export interface Node {
  /** Rows of the node, bootstrap repeats included. */
  rows: Int32Array
  zeros: number
  ones: number
}

/** Null where no cut leaves at least `minLeaf` rows on both sides. */
export function bestCut(
  table: RankedTable,
  node: Node,
  feature: number,
  { weights, minLeaf }: { weights: ClassWeights; minLeaf: number },
): Cut | null {
  const column = table.columns[feature]!
  const counts = countByRank(column, node.rows, table.labels)
  let best: Cut | null = null
  let zeros = 0
  let ones = 0
  let lower = -1
  for (let rank = 0; rank < column.values.length; rank++) {
    const here = counts[2 * rank]! + counts[2 * rank + 1]!
    if (here === 0) continue
    const left = zeros + ones
    if (left >= minLeaf && node.rows.length - left >= minLeaf) {
      const impurity =
        impurityOf(zeros, ones, weights) + impurityOf(node.zeros - zeros, node.ones - ones, weights)
      if (best === null || impurity < best.impurity)
        best = { feature, rank: lower, threshold: between(column, lower, rank), impurity }
    }
    zeros += counts[2 * rank]!
    ones += counts[2 * rank + 1]!
    lower = rank
  }
  return best
}

function countByRank(column: Column, rows: Int32Array, labels: Uint8Array): Int32Array {
  const counts = new Int32Array(2 * column.values.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    counts[2 * column.ranks[row]! + labels[row]!]!++
  }
  return counts
}

/** Halfway, unless rounding would push the threshold onto the upper value and so change who goes left. */
function between(column: Column, lower: number, upper: number): number {
  const low = column.values[lower]!
  const high = column.values[upper]!
  const middle = low + (high - low) / 2
  return middle < high ? middle : low
}
