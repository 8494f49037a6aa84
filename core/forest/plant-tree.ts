// Builds a tree document from nodes that lie somewhere else, in another order or form: preorder, so that children
// come after their parents. With a stack of its own, because a chain of a million nodes is a legal tree.

import type { Tree } from '#contract/router.ts'

/** `left` and `right` are keys that the caller understands. */
export type PlantedNode =
  | { isLeaf: true; value: number }
  | { isLeaf: false; feature: number; threshold: number; left: number; right: number }

/** `nodeAt` is asked once for each key that is reached, in preorder; a cycle is its to refuse. */
export function plantTree(root: number, nodeAt: (key: number) => PlantedNode): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] }
  const open: { key: number; parent: number; side: 'left' | 'right' }[] = [
    { key: root, parent: -1, side: 'left' },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = nodeAt(next.key)
    const index = tree.feature.length
    if (next.parent >= 0) tree[next.side][next.parent] = index
    tree.feature.push(node.isLeaf ? -1 : node.feature)
    tree.threshold.push(node.isLeaf ? 0 : node.threshold)
    tree.left.push(0)
    tree.right.push(0)
    tree.value.push(node.isLeaf ? node.value : 0)
    if (node.isLeaf) continue
    open.push({ key: node.right, parent: index, side: 'right' })
    open.push({ key: node.left, parent: index, side: 'left' })
  }
  return tree
}
