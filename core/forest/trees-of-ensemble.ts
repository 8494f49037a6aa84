// Tree documents from the attributes of a TreeEnsembleClassifier that somebody else wrote. What a router cannot
// say is refused rather than bent: other comparisons than <=, more than two classes, a transform of the sums,
// weights that are no probabilities. Of two encodings both are read: one weight a leaf, which ONNX Runtime takes
// for that of class 1 whatever id it bears (skl2onnx writes 0), or a weight for either class in every leaf.
//
// Equality: decisions are those of the file, exactly. A file for float32 input is met on doubles by thresholds
// that round as the file's reader would (thresholdForFloats), so it answers for x what the file answers for
// Math.fround(x); scikit-learn casts its input in the same way. Leaf values are as exact as the file's weights.

import type { Tree } from '#contract/router.ts'
import { thresholdForFloats } from './double-steps.ts'
import { type PlantedNode, plantTree } from './plant-tree.ts'
import type { TreeEnsemble } from './tree-ensemble.ts'

export interface EnsembleInput {
  featureCount: number
  isFloat32: boolean
}

/** A tree's shares must sum to one; float32 weights of a hundred trees do within this. */
const SHARE_TOLERANCE = 1e-5

/** Throws a RangeError for whatever is not a forest of two classes that means its trees. Unreachable nodes are dropped. */
export function treesOfEnsemble(ensemble: TreeEnsemble, input: EnsembleInput): Tree[] {
  checkShape(ensemble)
  const trees = indexNodes(ensemble)
  const shareAt = leafValues(ensemble, trees)
  return Array.from(trees.values(), (tree) => readTree(ensemble, tree, { ...input, shareAt }))
}

/** Positions in the node arrays. */
interface TreeIndex {
  id: number
  /** The first node of a tree in the file is its root, as ONNX Runtime has it. */
  root: number
  /** By node id. */
  at: Map<number, number>
}

function refuse(what: string, expected: string): never {
  throw new RangeError(`Cannot read tree ensemble: ${what}, expected ${expected}`)
}

function checkShape({ nodes, classes, ...ensemble }: TreeEnsemble): void {
  const { missingTracksTrue, ...nodeArrays } = nodes
  for (const [name, group] of Object.entries({ nodes: nodeArrays, class: classes })) {
    const sizes = Object.entries(group).map(([key, { length }]) => `${key} ${length}`)
    if (new Set(Object.values(group).map(({ length }) => length)).size > 1)
      refuse(`the "${name}" attributes differ in length: ${sizes.join(', ')}`, 'as many of each')
  }
  if (nodes.treeIds.length === 0) refuse('has no nodes', 'at least one tree')
  if (missingTracksTrue.length > 0 && missingTracksTrue.length !== nodes.treeIds.length)
    refuse(`has ${missingTracksTrue.length} entries of missing_value_tracks_true`, 'one a node or none')
  if (ensemble.labelCount !== 2) refuse(`has ${ensemble.labelCount} class labels`, '2')
  if (ensemble.postTransform !== 'NONE') refuse(`post_transform is "${ensemble.postTransform}"`, 'NONE')
  if (Array.from(ensemble.baseValues).some((value) => value !== 0)) refuse('base_values are not 0', 'none')
}

function indexNodes({ nodes }: TreeEnsemble): Map<number, TreeIndex> {
  const trees = new Map<number, TreeIndex>()
  for (let i = 0; i < nodes.treeIds.length; i++) {
    const id = nodes.treeIds[i]!
    let tree = trees.get(id)
    if (tree === undefined) {
      tree = { id, root: i, at: new Map() }
      trees.set(id, tree)
    }
    const nodeId = nodes.nodeIds[i]!
    if (tree.at.has(nodeId)) refuse(`tree ${id} has node ${nodeId} twice`, 'every node once')
    tree.at.set(nodeId, i)
  }
  return trees
}

type ShareAt = (position: number, name: string) => number

/** P(class 1) by position of the leaf. */
function leafValues({ nodes, classes }: TreeEnsemble, trees: Map<number, TreeIndex>): ShareAt {
  const weights = [0, 1].map(() => new Float64Array(nodes.treeIds.length).fill(Number.NaN)) as [
    Float64Array,
    Float64Array,
  ]
  const seen = [false, false]
  for (let i = 0; i < classes.ids.length; i++) {
    const id = classes.ids[i]!
    const name = nodeName(classes.treeIds[i]!, classes.nodeIds[i]!)
    const position = trees.get(classes.treeIds[i]!)?.at.get(classes.nodeIds[i]!)
    if (position === undefined) refuse(`a weight is for ${name}, which is not there`, 'a leaf')
    if (nodes.modes[position] !== 'LEAF') refuse(`a weight is for ${name}, which is no leaf`, 'a leaf')
    if (id !== 0 && id !== 1) refuse(`a weight of ${name} is for class ${id}`, '0 or 1')
    if (!Number.isNaN(weights[id][position]!)) refuse(`${name} has two weights for class ${id}`, 'one')
    const weight = classes.weights[i]!
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      refuse(`a weight of ${name} is ${weight}`, 'a share')
    weights[id][position] = weight
    seen[id] = true
  }
  const one = seen[1] ? weights[1] : weights[0]
  if (!(seen[0] && seen[1])) return (position, name) => shareOf((one[position] || 0) * trees.size, name)
  return (position, name) => {
    const [zero, one] = [weights[0][position] || 0, weights[1][position] || 0]
    const sum = (zero + one) * trees.size
    if (!(Math.abs(sum - 1) <= SHARE_TOLERANCE))
      refuse(`the weights of ${name} times ${trees.size} trees sum to ${sum}`, '1')
    return one / (zero + one)
  }
}

function shareOf(share: number, name: string): number {
  if (share > 1 + SHARE_TOLERANCE)
    refuse(`the weight of ${name} times the number of trees is ${share}`, 'at most 1')
  return Math.min(1, share)
}

function readTree(
  { nodes }: TreeEnsemble,
  tree: TreeIndex,
  { featureCount, isFloat32, shareAt }: EnsembleInput & { shareAt: ShareAt },
): Tree {
  const reached = new Set<number>()
  return plantTree(tree.root, (position): PlantedNode => {
    const name = nodeName(tree.id, nodes.nodeIds[position]!)
    if (reached.has(position)) refuse(`${name} is reached twice`, 'a tree, without cycles or shared nodes')
    reached.add(position)
    const mode = nodes.modes[position]!
    if (mode === 'LEAF') return { isLeaf: true, value: shareAt(position, name) }
    if (mode !== 'BRANCH_LEQ') refuse(`${name} has mode "${mode}"`, 'BRANCH_LEQ or LEAF')
    if ((nodes.missingTracksTrue[position] ?? 0) !== 0)
      refuse(`${name} sends missing values to the left`, 'missing_value_tracks_true 0')
    const feature = nodes.featureIds[position]!
    if (!(Number.isInteger(feature) && feature >= 0 && feature < featureCount))
      refuse(`${name} compares feature ${feature}`, `one of 0 to ${featureCount - 1}`)
    const value = nodes.values[position]!
    if (!Number.isFinite(value)) refuse(`the threshold of ${name} is ${value}`, 'a finite number')
    const threshold = isFloat32 ? thresholdForFloats(value) : value
    const childAt = (id: number) =>
      tree.at.get(id) ?? refuse(`${name} has the child ${id}, which is not there`, 'a node of the tree')
    const left = childAt(nodes.trueNodeIds[position]!)
    return { isLeaf: false, feature, threshold, left, right: childAt(nodes.falseNodeIds[position]!) }
  })
}

function nodeName(treeId: number, nodeId: number): string {
  return `node ${nodeId} of tree ${treeId}`
}
