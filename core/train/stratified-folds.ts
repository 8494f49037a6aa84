// Folds for cross-validation (the paper takes ten, stratified): every fold holds the same share of each
// label, give or take one row. Rows are shuffled within their label and dealt out in turn; the dealing goes
// on from label to label, so that fold sizes differ by one at most.

import { shuffle } from '../random.ts'

/** The fold, 0..folds - 1, of every row. Throws a RangeError where there are fewer rows than folds. */
export function stratifiedFolds(labels: Uint8Array, folds: number, random: () => number): Int32Array {
  if (!Number.isInteger(folds) || folds < 2)
    throw new RangeError(`Cannot split rows: are asked for ${folds} folds, expected 2 or more`)
  if (labels.length < folds)
    throw new RangeError(`Cannot split rows: are ${labels.length}, expected at least ${folds}, one a fold`)
  const foldOf = new Int32Array(labels.length)
  let dealt = 0
  for (const label of [0, 1]) {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === label)
    shuffle(rows, random)
    for (const row of rows) foldOf[row] = dealt++ % folds
  }
  return foldOf
}
