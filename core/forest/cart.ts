// One classification tree (CART; Breiman et al. 1984) for a random forest: at every node a few features drawn
// by lot, the cut of least Gini impurity among them, down to a depth. Where none of the drawn features can be
// cut, drawing goes on, as in scikit-learn, so that a constant feature does not end a branch. Nodes are
// written in preorder into flat arrays, so every child has a larger index than its parent.

import type { Tree } from '#contract/router.ts'
import { shuffle } from '../random.ts'
import { bestCut, type ClassWeights, type Cut, impurityOf, type Node } from './best-cut.ts'
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
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] }
  growNode(rows, options.depth)
  return tree

  function growNode(nodeRows: Int32Array, depthLeft: number): number {
    const node = toNode(nodeRows, table.labels)
    const cut = depthLeft === 0 ? null : chooseCut(table, node, options)
    const index = tree.feature.length
    tree.feature.push(cut?.feature ?? -1)
    tree.threshold.push(cut?.threshold ?? 0)
    tree.left.push(0)
    tree.right.push(0)
    tree.value.push(shareOfOnes(node, options.weights))
    if (cut === null) return index
    const { ranks } = table.columns[cut.feature]!
    tree.left[index] = growNode(
      nodeRows.filter((row) => ranks[row]! <= cut.rank),
      depthLeft - 1,
    )
    tree.right[index] = growNode(
      nodeRows.filter((row) => ranks[row]! > cut.rank),
      depthLeft - 1,
    )
    return index
  }
}

function chooseCut(table: RankedTable, node: Node, options: CartOptions): Cut | null {
  const impurity = impurityOf(node.zeros, node.ones, options.weights)
  if (impurity === 0) return null
  const features = Array.from(table.columns.keys())
  shuffle(features, options.random)
  let best: Cut | null = null
  for (const [drawn, feature] of features.entries()) {
    if (drawn >= options.featuresPerSplit && best !== null) break
    const cut = bestCut(table, node, feature, options)
    if (cut === null || impurity - cut.impurity <= LEAST_GAIN * impurity) continue
    if (best === null || cut.impurity < best.impurity) best = cut
  }
  return best
}

function toNode(rows: Int32Array, labels: Uint8Array): Node {
  let ones = 0
  for (let i = 0; i < rows.length; i++) ones += labels[rows[i]!]!
  return { rows, zeros: rows.length - ones, ones }
}

function shareOfOnes({ zeros, ones }: Node, weights: ClassWeights): number {
  const w0 = zeros * weights[0]
  const w1 = ones * weights[1]
  return w0 + w1 === 0 ? 0 : w1 / (w0 + w1)
}
