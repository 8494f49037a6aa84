// What a tree owes to each feature: the Gini impurity that its cuts remove (Breiman et al. 1984; scikit-learn's
// feature_importances_), here of any rows that are passed down, not only of those that grew it. With a bootstrap
// sample's unseen third among them, cuts that fitted chance earn less. One walk a row; importance by permutation
// would cost one more for each feature. It still favours features of many values over yes-or-no ones.

import type { Tree } from '#contract/router.ts'
import { balancedWeights, impurityOf } from '../forest/best-cut.ts'

/** Sums to 1, or all 0 where the tree has no cut that tells these rows apart. `width` is the number of features. */
export function impurityDecrease(
  tree: Tree,
  rows: readonly ArrayLike<number>[],
  labels: Uint8Array,
  width: number,
): Float64Array {
  const weights = balancedWeights(labels)
  const counts = countByNode(tree, rows, labels)
  const impurityAt = (node: number) => impurityOf(counts[2 * node]!, counts[2 * node + 1]!, weights)
  const decrease = new Float64Array(width)
  let total = 0
  for (const [node, feature] of tree.feature.entries()) {
    if (feature < 0) continue
    const removed = impurityAt(node) - impurityAt(tree.left[node]!) - impurityAt(tree.right[node]!)
    decrease[feature]! += removed
    total += removed
  }
  return total > 0 ? decrease.map((removed) => removed / total) : new Float64Array(width)
}

/** Rows with label 0 and 1 that pass each node, side by side. */
function countByNode(tree: Tree, rows: readonly ArrayLike<number>[], labels: Uint8Array): Int32Array {
  const counts = new Int32Array(2 * tree.feature.length)
  for (const [row, values] of rows.entries()) {
    const label = labels[row]!
    let node = 0
    counts[label]!++
    while (tree.feature[node]! >= 0) {
      const goesLeft = values[tree.feature[node]!]! <= tree.threshold[node]!
      node = goesLeft ? tree.left[node]! : tree.right[node]!
      counts[2 * node + label]!++
    }
  }
  return counts
}
