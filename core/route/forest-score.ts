// The score of a forest router (the paper's pre-classifier): the mean over the trees of P(needs edge) in the
// leaf that the scaled features reach. Training, evaluation and devices all score through this one file, so
// that a threshold means the same everywhere. Values outside the training range are scaled on, not clipped: a
// tree compares, so a clip would change nothing but the arithmetic.

import type { ForestRouter, Scaler, Tree } from '#contract/router.ts'

/** The part of a router document that forest, hybrid and two-stage have in common. */
export type ScaledForest = Pick<ForestRouter, 'scaler' | 'trees'>

/** Values in the order of the router's features, then of its inputs where the kind takes some; a probability in 0..1. */
export function forestScore(forest: ScaledForest, values: ArrayLike<number>): number {
  const width = forest.scaler.min.length
  if (values.length !== width)
    throw new RangeError(
      `Cannot score features: are ${values.length} values, expected ${width} as the router names`,
    )
  const scaled = scaleRow(forest.scaler, values)
  let sum = 0
  for (const tree of forest.trees) sum += treeScore(tree, scaled)
  return sum / forest.trees.length
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
