// Gradient-boosted regression trees on the log loss (Friedman 2001): the strongest general learner on tables, as a
// challenger. Depth-two trees with Newton leaf values, shrinkage and row subsampling; exact cuts on sorted columns.
// A few hundred rows a node make exactness affordable.

export interface BoostOptions {
  rounds: number
  shrinkage: number
  depth: number
  minLeaf: number
  /** Share of rows that each tree sees. */
  sample: number
  random: () => number
}

interface Leaf {
  value: number
}
interface Split {
  feature: number
  threshold: number
  left: Node
  right: Node
}
type Node = Leaf | Split

/** `rows` n x d, `labels` 0 or 1; answers with the log odds of 1. */
export function boostTrees(
  rows: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  options: BoostOptions,
): (row: readonly number[]) => number {
  const ones = rows.reduce((sum, _, i) => sum + labels[i]!, 0)
  const prior = Math.log((ones + 0.5) / (rows.length - ones + 0.5))
  const odds = new Float64Array(rows.length).fill(prior)
  const trees: Node[] = []
  for (let round = 0; round < options.rounds; round++) {
    const gradient = odds.map((value, i) => labels[i]! - 1 / (1 + Math.exp(-value)))
    const curvature = odds.map((value) => {
      const p = 1 / (1 + Math.exp(-value))
      return p * (1 - p)
    })
    const drawn = Array.from(rows.keys()).filter(() => options.random() < options.sample)
    const tree = growNode({ rows, gradient, curvature }, drawn, options.depth, options.minLeaf)
    trees.push(tree)
    for (let i = 0; i < rows.length; i++) odds[i]! += options.shrinkage * valueAt(tree, rows[i]!)
  }
  return (row) => trees.reduce((sum, tree) => sum + options.shrinkage * valueAt(tree, row), prior)
}

interface Targets {
  rows: readonly (readonly number[])[]
  gradient: Float64Array
  curvature: Float64Array
}

/** Keeps leaf values finite where a node is all but certain. */
const RIDGE = 1

function growNode(targets: Targets, members: readonly number[], depth: number, minLeaf: number): Node {
  const g = members.reduce((sum, i) => sum + targets.gradient[i]!, 0)
  const h = members.reduce((sum, i) => sum + targets.curvature[i]!, 0)
  const leaf = { value: g / (h + RIDGE) }
  if (depth === 0 || members.length < 2 * minLeaf) return leaf
  const cut = bestSplit(targets, members, { g, h, minLeaf })
  if (cut === null) return leaf
  const goesLeft = (i: number) => targets.rows[i]![cut.feature]! <= cut.threshold
  return {
    ...cut,
    left: growNode(targets, members.filter(goesLeft), depth - 1, minLeaf),
    right: growNode(
      targets,
      members.filter((i) => !goesLeft(i)),
      depth - 1,
      minLeaf,
    ),
  }
}

function bestSplit(
  { rows, gradient, curvature }: Targets,
  members: readonly number[],
  { g, h, minLeaf }: { g: number; h: number; minLeaf: number },
): { feature: number; threshold: number } | null {
  let best: { feature: number; threshold: number } | null = null
  let bestGain = 1e-9
  const width = rows[members[0]!]!.length
  for (let feature = 0; feature < width; feature++) {
    const sorted = members.toSorted((a, b) => rows[a]![feature]! - rows[b]![feature]!)
    let gl = 0
    let hl = 0
    for (let k = 0; k + 1 < sorted.length; k++) {
      gl += gradient[sorted[k]!]!
      hl += curvature[sorted[k]!]!
      const [low, high] = [rows[sorted[k]!]![feature]!, rows[sorted[k + 1]!]![feature]!]
      if (low === high || k + 1 < minLeaf || sorted.length - k - 1 < minLeaf) continue
      const gain = gl ** 2 / (hl + RIDGE) + (g - gl) ** 2 / (h - hl + RIDGE) - g ** 2 / (h + RIDGE)
      if (gain <= bestGain) continue
      bestGain = gain
      best = { feature, threshold: low + (high - low) / 2 }
    }
  }
  return best
}

function valueAt(node: Node, row: readonly number[]): number {
  let at = node
  while ('feature' in at) at = row[at.feature]! <= at.threshold ? at.left : at.right
  return at.value
}
