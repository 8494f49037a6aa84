// The score of a forest router (the paper's pre-classifier): the mean over the trees of P(needs edge) in the
// leaf that the scaled features reach. Training, evaluation and devices all score through this one file, so
// that a threshold means the same everywhere. Values outside the training range are scaled on, not clipped: a
// tree compares, so a clip would change nothing but the arithmetic.

import type { ForestRouter, Scaler, Tree } from '#contract/router.ts'

/** Values in the order of `router.features`; a probability in 0..1. */
export function forestScore(router: ForestRouter, values: ArrayLike<number>): number {
  if (values.length !== router.features.length)
    throw new RangeError(
      `Cannot score features: are ${values.length} values, expected ${router.features.length} as the router names`,
    )
  const scaled = scaleRow(router.scaler, values)
  let sum = 0
  for (const tree of router.trees) sum += treeScore(tree, scaled)
  return sum / router.trees.length
}

/** Min-max scaling: (x - min) / (max - min), and 0 where max = min. */
export function scaleRow(scaler: Scaler, values: ArrayLike<number>): Float64Array {
  const scaled = new Float64Array(scaler.min.length)
  for (let i = 0; i < scaled.length; i++) {
    const span = scaler.max[i]! - scaler.min[i]!
    scaled[i] = span > 0 ? (values[i]! - scaler.min[i]!) / span : 0
  }
  return scaled
}

/** P(needs edge) in the leaf that these scaled values reach. Ends, because children come after parents. */
export function treeScore(tree: Tree, scaled: ArrayLike<number>): number {
  let node = 0
  while (tree.feature[node]! >= 0) {
    const goesLeft = scaled[tree.feature[node]!]! <= tree.threshold[node]!
    node = goesLeft ? tree.left[node]! : tree.right[node]!
  }
  return tree.value[node]!
}
