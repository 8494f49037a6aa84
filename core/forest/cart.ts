// One classification tree (CART; Breiman et al. 1984) for a random forest: at every node a few features drawn
// by lot, the cut of least Gini impurity among them, down to a depth. Where none of the drawn features can be
// cut, drawing goes on, as in scikit-learn, so that a constant feature does not end a branch. Nodes are
// written in preorder into flat arrays, so every child has a larger index than its parent. A sample's repeated
// rows are kept once with their number, which spares more than a third of the work on a bootstrap sample.

import type { Tree } from '#contract/router.ts'
import { shuffle } from '../random.ts'
import { bestCut, type ClassWeights, type Cut, impurityOf, type Node } from './best-cut.ts'
import { createGrouping } from './rank-groups.ts'
import type { RankedTable } from './ranked-table.ts'

export interface CartOptions {
  depth: number
  /** Rows, bootstrap repeats included, that every leaf must keep. */
  minLeaf: number
  /** Features drawn at each node. */
  featuresPerSplit: number
  weights: ClassWeights
  random: () => number
}

/** A gain below this share of the node's impurity is rounding, not structure. */
const LEAST_GAIN = 1e-12

/** `rows` may repeat rows, as a bootstrap sample does. Leaf values are the weighted share of label 1. */
export function growTree(table: RankedTable, rows: Int32Array, options: CartOptions): Tree {
  const copies = new Int32Array(table.labels.length)
  for (let i = 0; i < rows.length; i++) copies[rows[i]!]!++
  return createGrower(table, options)(copies)
}

/**
 * For many trees on one table: working memory is allocated once. The function that comes back grows a tree from
 * how often its sample has each row.
 */
export function createGrower(table: RankedTable, options: CartOptions): (copies: Int32Array) => Tree {
  const chooseCut = createChooser(table, options)
  const spare = new Int32Array(table.labels.length)
  return (copies) => {
    const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] }
    growNode(rowsIn(copies), options.depth)
    return tree

    function growNode(rows: Int32Array, depthLeft: number): number {
      const node = toNode(rows, copies, table.labels)
      const cut = depthLeft === 0 ? null : chooseCut(node)
      const index = tree.feature.length
      tree.feature.push(cut?.feature ?? -1)
      tree.threshold.push(cut?.threshold ?? 0)
      tree.left.push(0)
      tree.right.push(0)
      tree.value.push(shareOfOnes(node, options.weights))
      if (cut === null) return index
      const middle = partition(rows, table.columns[cut.feature]!.ranks, cut.rank, spare)
      tree.left[index] = growNode(rows.subarray(0, middle), depthLeft - 1)
      tree.right[index] = growNode(rows.subarray(middle), depthLeft - 1)
      return index
    }
  }
}

function createChooser(table: RankedTable, options: CartOptions): (node: Node) => Cut | null {
  const groupByRank = createGrouping(table)
  return (node) => {
    const impurity = impurityOf(node.zeros, node.ones, options.weights)
    if (impurity === 0) return null
    const features = Array.from(table.columns.keys())
    shuffle(features, options.random)
    let best: Cut | null = null
    for (const [drawn, index] of features.entries()) {
      if (drawn >= options.featuresPerSplit && best !== null) break
      const column = table.columns[index]!
      const cut = bestCut(groupByRank(node, index), node, { index, column }, options)
      if (cut === null || impurity - cut.impurity <= LEAST_GAIN * impurity) continue
      if (best === null || cut.impurity < best.impurity) best = cut
    }
    return best
  }
}

function rowsIn(copies: Int32Array): Int32Array {
  const rows = new Int32Array(copies.length)
  let count = 0
  for (let row = 0; row < copies.length; row++) if (copies[row] !== 0) rows[count++] = row
  return rows.subarray(0, count)
}

/** In place, both sides in their old order: rows that stay ascending are read as they lie in memory. */
function partition(rows: Int32Array, ranks: Int32Array, lastLeft: number, spare: Int32Array): number {
  let left = 0
  let right = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    // Both are written and one is kept, since a branch here would be guessed wrongly half of the time.
    const goesLeft = ranks[row]! <= lastLeft ? 1 : 0
    rows[left] = row
    spare[right] = row
    left += goesLeft
    right += 1 - goesLeft
  }
  rows.set(spare.subarray(0, right), left)
  return left
}

function toNode(rows: Int32Array, copies: Int32Array, labels: Uint8Array): Node {
  let ones = 0
  let all = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    all += copies[row]!
    ones += copies[row]! * labels[row]!
  }
  return { rows, copies, zeros: all - ones, ones }
}

function shareOfOnes({ zeros, ones }: Node, weights: ClassWeights): number {
  const w0 = zeros * weights[0]
  const w1 = ones * weights[1]
  return w0 + w1 === 0 ? 0 : w1 / (w0 + w1)
}
