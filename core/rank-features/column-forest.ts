// Forests on some of the columns, for the parts of a selection that ask "how well without this one". They are judged
// out of bag, so that a selection needs no folds of its own inside the training part: each row is scored by trees
// that have not seen it. The forests are smaller than a router's, because dozens are grown.

import { auc } from '../evaluate/auc.ts'
import { type GrownForest, growForest } from '../forest/forest.ts'
import type { RankedTable } from '../forest/ranked-table.ts'
import { createRandom } from '../random.ts'
import { decide } from '../route/score.ts'

export interface ColumnForestOptions {
  trees: number
  depth: number
  seed: number
}

export interface Judgement {
  auc: number
  /** Share of rows that a cut at 0.5 puts into their class. */
  accuracy: number
}

/** As in a router's forest: fewer bootstrap rows in a leaf say more about the sample than about images. */
const MIN_LEAF = 5

/**
 * In the trees, feature i is `columns[i]`. Forests on other columns that take the same stream have the same bootstrap
 * samples for as long as their trees have as many nodes, since a forest draws samples and features from one sequence.
 */
export function growColumnForest(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions & { stream: number },
): GrownForest & { rows: readonly Float64Array[] } {
  const rows = table.rows.map((row) => pick(row, columns))
  const narrow = { ...table, rows, columns: columns.map((column) => table.columns[column]!) }
  const random = createRandom(options.seed, options.stream)
  const { trees, depth } = options
  return { ...growForest(narrow, { trees, depth, minLeaf: MIN_LEAF, random }), rows }
}

/** Out of bag. Without columns every row scores 0.5: all that balanced classes let one say. */
export function judgeColumns(
  table: RankedTable,
  columns: readonly number[],
  options: ColumnForestOptions & { stream: number },
): Judgement {
  const scores =
    columns.length === 0
      ? new Float64Array(table.labels.length).fill(0.5)
      : growColumnForest(table, columns, options).outOfBag
  let right = 0
  for (const [row, score] of scores.entries()) if (decide(score, 0.5) === (table.labels[row] === 1)) right++
  return { auc: auc(scores, table.labels), accuracy: right / scores.length }
}

/** A loop, because `Float64Array.from` with a function takes a tenth of a selection's time. */
function pick(row: Float64Array, columns: readonly number[]): Float64Array {
  const picked = new Float64Array(columns.length)
  for (let i = 0; i < picked.length; i++) picked[i] = row[columns[i]!]!
  return picked
}
