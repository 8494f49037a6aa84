// A random forest (Breiman 2001; the learner that the paper chooses): trees on bootstrap samples of the rows,
// each node looking at the square root of the features. With it come out-of-bag scores: each row scored only
// by the trees that have not seen it. They stand in for unseen images when the threshold is set, because a
// forest's scores on its own training rows are far too sure.

import type { Tree } from '#contract/router.ts'
import { randomInteger } from '../random.ts'
import { treeScore } from '../route/forest-score.ts'
import { balancedWeights, type ClassWeights } from './best-cut.ts'
import { createGrower } from './cart.ts'
import type { RankedTable } from './ranked-table.ts'

export interface ForestOptions {
  trees: number
  depth: number
  minLeaf: number
  /** The square root of the features, rounded down, where left out. */
  featuresPerSplit?: number
  /** Balanced where left out. */
  weights?: ClassWeights
  random: () => number
}

export interface GrownForest {
  trees: Tree[]
  /** By row; a row that every tree has seen is scored by all of them. */
  outOfBag: Float64Array
}

export function growForest(table: RankedTable, options: ForestOptions): GrownForest {
  const count = table.rows.length
  const width = table.columns.length
  if (!(options.trees >= 1) || count === 0 || width === 0)
    throw new RangeError(
      `Cannot grow forest: is asked for ${options.trees} trees on ${count} rows of ${width} features, expected at least one of each`,
    )
  const growFrom = createGrower(table, {
    depth: options.depth,
    minLeaf: options.minLeaf,
    featuresPerSplit: options.featuresPerSplit ?? Math.max(1, Math.floor(Math.sqrt(width))),
    weights: options.weights ?? balancedWeights(table.labels),
    random: options.random,
  })
  const trees: Tree[] = []
  const sums = new Float64Array(count)
  const votes = new Int32Array(count)
  const copies = new Int32Array(count)
  for (let t = 0; t < options.trees; t++) {
    copies.fill(0)
    for (let i = 0; i < count; i++) copies[randomInteger(options.random, count)]!++
    const tree = growFrom(copies)
    trees.push(tree)
    for (let row = 0; row < count; row++) {
      if (copies[row] !== 0) continue
      sums[row]! += treeScore(tree, table.rows[row]!)
      votes[row]!++
    }
  }
  const outOfBag = sums.map((sum, row) =>
    votes[row]! > 0 ? sum / votes[row]! : meanScore(trees, table.rows[row]!),
  )
  return { trees, outOfBag }
}

function meanScore(trees: readonly Tree[], row: Float64Array): number {
  return trees.reduce((sum, tree) => sum + treeScore(tree, row), 0) / trees.length
}
