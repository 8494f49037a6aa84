// A forest as the attributes of ONNX's TreeEnsembleClassifier (ai.onnx.ml, versions 1 to 4), which is what
// scikit-learn's forests become through skl2onnx: one row a node, one row a leaf and class. The classifier sums
// the leaves' weights over the trees; a forest's mean comes out because each weight is P(class) / trees. For two
// classes skl2onnx gives a leaf one weight, that of class 1 under the id 0, and so do we: ONNX Runtime (1.30)
// answers the wrong label, though not the wrong scores, where both classes have weights.
// This file writes; trees-of-ensemble.ts reads.

import type { Tree } from '#contract/router.ts'

/** Attributes named `nodes_*` and `class_*`, all arrays of one group equally long. */
export interface TreeEnsemble {
  nodes: {
    treeIds: ArrayLike<number>
    nodeIds: ArrayLike<number>
    featureIds: ArrayLike<number>
    values: ArrayLike<number>
    modes: ArrayLike<string>
    trueNodeIds: ArrayLike<number>
    falseNodeIds: ArrayLike<number>
    /** Empty stands for zeros. */
    missingTracksTrue: ArrayLike<number>
  }
  classes: {
    treeIds: ArrayLike<number>
    nodeIds: ArrayLike<number>
    ids: ArrayLike<number>
    weights: ArrayLike<number>
  }
  /** Empty stands for zeros. */
  baseValues: ArrayLike<number>
  postTransform: string
  labelCount: number
}

/** Node ids are the trees' indices. */
export function ensembleOfTrees(trees: readonly Tree[]): TreeEnsemble {
  const nodes = {
    treeIds: [] as number[],
    nodeIds: [] as number[],
    featureIds: [] as number[],
    values: [] as number[],
    modes: [] as string[],
    trueNodeIds: [] as number[],
    falseNodeIds: [] as number[],
    missingTracksTrue: [] as number[],
  }
  const classes = {
    treeIds: [] as number[],
    nodeIds: [] as number[],
    ids: [] as number[],
    weights: [] as number[],
  }
  for (const [t, tree] of trees.entries())
    for (const [node, feature] of tree.feature.entries()) {
      const isLeaf = feature < 0
      nodes.treeIds.push(t)
      nodes.nodeIds.push(node)
      nodes.featureIds.push(isLeaf ? 0 : feature)
      nodes.values.push(isLeaf ? 0 : tree.threshold[node]!)
      nodes.modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ')
      nodes.trueNodeIds.push(isLeaf ? 0 : tree.left[node]!)
      nodes.falseNodeIds.push(isLeaf ? 0 : tree.right[node]!)
      nodes.missingTracksTrue.push(0)
      if (!isLeaf) continue
      classes.treeIds.push(t)
      classes.nodeIds.push(node)
      classes.ids.push(0)
      classes.weights.push(tree.value[node]! / trees.length)
    }
  return { nodes, classes, baseValues: [], postTransform: 'NONE', labelCount: 2 }
}
