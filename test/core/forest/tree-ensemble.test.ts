// Trees to the attributes of ONNX's classifier and back, and every kind of ensemble that no router can be.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tree } from '#contract/router.ts'
import { ensembleOfTrees, type TreeEnsemble } from '#core/forest/tree-ensemble.ts'
import { treesOfEnsemble } from '#core/forest/trees-of-ensemble.ts'

const doubles = { featureCount: 3, isFloat32: false }

/** Any tree in preorder: a random shape from a list of choices. */
const tree: fc.Arbitrary<Tree> = fc
  .array(
    fc.record({
      splits: fc.boolean(),
      feature: fc.nat(2),
      threshold: fc.double({ noNaN: true, noDefaultInfinity: true }),
      value: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((choices) => {
    const made: Tree = { feature: [], threshold: [], left: [], right: [], value: [] }
    const grow = (): number => {
      const { splits, feature, threshold, value } = choices[made.feature.length % choices.length]!
      const isInner = splits && made.feature.length < 40
      const index = made.feature.length
      made.feature.push(isInner ? feature : -1)
      made.threshold.push(isInner ? threshold : 0)
      made.value.push(isInner ? 0 : value)
      made.left.push(0)
      made.right.push(0)
      if (isInner) {
        made.left[index] = grow()
        made.right[index] = grow()
      }
      return index
    }
    grow()
    return made
  })

it('ensembleOfTrees() and treesOfEnsemble() give the trees back, values to a rounding', () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 5 }), (trees) => {
      const back = treesOfEnsemble(ensembleOfTrees(trees), doubles)
      expect(back.map((one) => ({ ...one, value: [] }))).toEqual(trees.map((one) => ({ ...one, value: [] })))
      for (const [t, one] of back.entries()) {
        expect(Tree.safeParse(one).success).toBe(true)
        for (const [node, value] of one.value.entries())
          expect(Math.abs(value - trees[t]!.value[node]!)).toBeLessThan(1e-15)
      }
    }),
  )
})

/** Two trees, a stump and a lone leaf, with weights for both classes. */
const stump: TreeEnsemble = {
  ...ensembleOfTrees([
    { feature: [2, -1, -1], threshold: [0.5, 0, 0], left: [1, 0, 0], right: [2, 0, 0], value: [0, 0.25, 1] },
    { feature: [-1], threshold: [0], left: [0], right: [0], value: [0.5] },
  ]),
  classes: {
    treeIds: [0, 0, 0, 0, 1, 1],
    nodeIds: [1, 1, 2, 2, 0, 0],
    ids: [0, 1, 0, 1, 0, 1],
    weights: [0.375, 0.125, 0, 0.5, 0.25, 0.25],
  },
}
const withNodes = (nodes: Partial<TreeEnsemble['nodes']>) => ({
  ...stump,
  nodes: { ...stump.nodes, ...nodes },
})
const withClasses = (classes: Partial<TreeEnsemble['classes']>) => ({
  ...stump,
  classes: { ...stump.classes, ...classes },
})

describe('treesOfEnsemble()', () => {
  it.each([0, 1])('takes lone weights for those of class 1, whatever id they bear: %d', (id) => {
    const classes = { treeIds: [0, 0, 1], nodeIds: [1, 2, 0], ids: [id, id, id], weights: [0.125, 0.5, 0.25] }
    expect(treesOfEnsemble({ ...stump, classes }, doubles).map(({ value }) => value)).toEqual([
      [0, 0.25, 1],
      [0.5],
    ])
  })

  it('reads a weight for either class', () => {
    const values = treesOfEnsemble(stump, doubles).map(({ value }) => value)
    expect(values).toEqual([[0, 0.25, 1], [0.5]])
  })

  it('takes the first node of a tree for its root and leaves out what it does not reach', () => {
    const nodes = {
      treeIds: [7, 7, 7, 7],
      nodeIds: [30, 10, 20, 99],
      featureIds: [1, 0, 0, 0],
      values: [4, 0, 0, 0],
      modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
      trueNodeIds: [20, 0, 0, 0],
      falseNodeIds: [10, 0, 0, 0],
      missingTracksTrue: [],
    }
    const classes = { treeIds: [7, 7], nodeIds: [10, 20], ids: [1, 1], weights: [0.1, 0.9] }
    expect(treesOfEnsemble({ ...stump, nodes, classes }, doubles)).toEqual([
      { feature: [1, -1, -1], threshold: [4, 0, 0], left: [1, 0, 0], right: [2, 0, 0], value: [0, 0.9, 0.1] },
    ])
  })

  it('compares doubles as the file compares their float32', () => {
    const [first] = treesOfEnsemble(stump, { ...doubles, isFloat32: true })
    const threshold = first!.threshold[0]!
    expect(Math.fround(threshold)).toBe(0.5)
    expect(Math.fround(threshold + 2 ** -53)).toBeLessThanOrEqual(0.5 + 2 ** -24)
    expect(threshold).toBe(0.5 + 2 ** -25)
  })

  it('reads a chain of a hundred thousand nodes', () => {
    const inner = 50_000
    const nodes: Tree = { feature: [], threshold: [], left: [], right: [], value: [] }
    for (let i = 0; i < inner; i++) {
      nodes.feature.push(0, -1)
      nodes.threshold.push(i, 0)
      nodes.left.push(2 * i + 1, 0)
      nodes.right.push(2 * i + 2, 0)
      nodes.value.push(0, 1)
    }
    for (const [key, last] of Object.entries({ feature: -1, threshold: 0, left: 0, right: 0, value: 0 }))
      nodes[key as keyof Tree].push(last)
    expect(treesOfEnsemble(ensembleOfTrees([nodes]), doubles)).toEqual([nodes])
  })

  it.each<[string, TreeEnsemble, RegExp]>([
    ['no nodes', ensembleOfTrees([]), /has no nodes/],
    ['arrays of different lengths', withNodes({ values: [1] }), /"nodes" attributes differ in length/],
    ['class arrays of different lengths', withClasses({ ids: [0] }), /"class" attributes differ/],
    ['a flag too few', withNodes({ missingTracksTrue: [0] }), /1 entries of missing_value_tracks_true/],
    ['one label', { ...stump, labelCount: 1 }, /has 1 class labels, expected 2/],
    ['three labels', { ...stump, labelCount: 3 }, /has 3 class labels, expected 2/],
    ['a transform', { ...stump, postTransform: 'LOGISTIC' }, /"LOGISTIC", expected NONE/],
    ['base values', { ...stump, baseValues: [0, 0.5] }, /base_values/],
    ['a node twice', withNodes({ nodeIds: [0, 1, 1, 0] }), /tree 0 has node 1 twice/],
    ['another comparison', withNodes({ modes: ['BRANCH_LT', 'LEAF', 'LEAF', 'LEAF'] }), /mode "BRANCH_LT"/],
    [
      'missing values to the left',
      withNodes({ missingTracksTrue: [1, 0, 0, 0] }),
      /missing values to the left/,
    ],
    ['a feature out of range', withNodes({ featureIds: [3, 0, 0, 0] }), /feature 3, expected one of 0 to 2/],
    ['a negative feature', withNodes({ featureIds: [-1, 0, 0, 0] }), /compares feature -1/],
    [
      'an infinite threshold',
      withNodes({ values: [Infinity, 0, 0, 0] }),
      /threshold of node 0 of tree 0 is Infinity/,
    ],
    ['a threshold that is no number', withNodes({ values: [NaN, 0, 0, 0] }), /is NaN/],
    ['a missing child', withNodes({ falseNodeIds: [9, 0, 0, 0] }), /has the child 9, which is not there/],
    ['a cycle', withNodes({ falseNodeIds: [0, 0, 0, 0] }), /node 0 of tree 0 is reached twice/],
    ['a shared child', withNodes({ falseNodeIds: [1, 0, 0, 0] }), /node 1 of tree 0 is reached twice/],
    [
      'a weight of no node',
      withClasses({ nodeIds: [1, 1, 2, 8, 0, 0] }),
      /node 8 of tree 0, which is not there/,
    ],
    ['a weight of an inner node', withClasses({ nodeIds: [0, 1, 2, 2, 0, 0] }), /which is no leaf/],
    ['a weight of a third class', withClasses({ ids: [0, 2, 0, 1, 0, 1] }), /for class 2/],
    ['two weights for one class', withClasses({ ids: [0, 0, 0, 1, 0, 1] }), /two weights for class 0/],
    ['a negative weight', withClasses({ weights: [-0.1, 0.6, 0, 0.5, 0.2, 0.3] }), /is -0.1/],
    [
      'weights of boosting',
      withClasses({ weights: [1, 1, 1, 1, 1, 1] }),
      /times 2 trees sum to 4, expected 1/,
    ],
    [
      'a lone weight above one',
      withClasses({ treeIds: [0], nodeIds: [1], ids: [1], weights: [0.6] }),
      /times the number of trees is 1.2/,
    ],
  ])('refuses %s', (_, ensemble, message) => {
    expect(() => treesOfEnsemble(ensemble, doubles)).toThrow(RangeError)
    expect(() => treesOfEnsemble(ensemble, doubles)).toThrow(message)
  })
})
