// Recursive feature elimination (Guyon et al. 2002; paper, section 4): grow a forest, drop the feature that it owes
// least to, grow another on the rest. One at a time, since two features that share what they know each look useless
// beside the other until one of them is gone. Importance is the impurity decrease, as in scikit-learn's RFE with a
// forest. Features that tell something only together are not found: a tree cuts by one at a time.

import type { RankedTable } from '../forest/ranked-table.ts'
import { type ColumnForestOptions, growColumnForest } from './column-forest.ts'
import { impurityDecrease } from './impurity-decrease.ts'

/** `columns` in order of rank: the first is eliminated last. Of two that are worth the same the later goes first. */
export function eliminateRecursively(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions,
): number[] {
  const left = [...columns]
  const eliminated: number[] = []
  while (left.length > 1) {
    const importance = importanceOf(table, left, options)
    const least = importance.lastIndexOf(Math.min(...importance))
    eliminated.push(...left.splice(least, 1))
  }
  return [...left, ...eliminated.reverse()]
}

function importanceOf(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions,
): Float64Array {
  const forest = growColumnForest(table, columns, { ...options, stream: columns.length })
  const importance = new Float64Array(columns.length)
  for (const tree of forest.trees)
    for (const [i, share] of impurityDecrease(tree, forest.rows, table.labels, columns.length).entries())
      importance[i]! += share
  return importance
}
