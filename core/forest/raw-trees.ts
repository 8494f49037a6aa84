// A router's trees compare scaled features; a file for other programs has to compare raw ones. Scaling rises with
// the feature, rounding included, so for each threshold there is a largest raw number that still goes left, and
// with it as the raw threshold every finite feature vector takes the same way, to the bit. A threshold computed
// backwards (t * span + min) would be off by a rounding here and there.

import type { Scaler, Tree } from '#contract/router.ts'
import { type ScaledForest, scaleRow } from '../route/forest-score.ts'
import { largestDouble } from './double-steps.ts'
import { plantTree } from './plant-tree.ts'

/**
 * In preorder; nodes that send all finite values one way, as on a feature that never varied, are left out. Throws
 * a RangeError where a feature's span is not finite.
 */
export function rawTrees({ scaler, trees }: ScaledForest): Tree[] {
  for (const [i, min] of scaler.min.entries())
    if (!Number.isFinite(scaler.max[i]! - min))
      throw new RangeError(
        `Cannot unscale forest: feature ${i} spans ${min} to ${scaler.max[i]}, expected a finite span`,
      )
  return trees.map((tree) => rawTree(scaler, tree))
}

function rawTree(scaler: Scaler, tree: Tree): Tree {
  return plantTree(0, (key) => {
    let node = key
    while (tree.feature[node]! >= 0) {
      const feature = tree.feature[node]!
      const threshold = rawThreshold(scaler, feature, tree.threshold[node]!)
      const left = tree.left[node]!
      const right = tree.right[node]!
      if (Number.isFinite(threshold)) return { isLeaf: false, feature, threshold, left, right }
      node = threshold > 0 ? left : right
    }
    return { isLeaf: true, value: tree.value[node]! }
  })
}

/** Infinite where all finite values go one way. */
function rawThreshold(scaler: Scaler, feature: number, threshold: number): number {
  const own = { min: [scaler.min[feature]!], max: [scaler.max[feature]!] }
  return largestDouble((x) => scaleRow(own, [x])[0]! <= threshold)
}
