// Min-max scaling (as in the paper), fitted on the training part only: a scaler that has seen the held-out
// fold tells it where the extremes lie. `scaleRow` in core/route applies it, in training and on devices alike.
// Trees do not need scaling; it is the paper's, and lets one document shape serve other learners.

import type { Scaler } from '#contract/router.ts'

/** Least and largest value of each column; `rows` must not be empty. */
export function fitScaler(rows: readonly ArrayLike<number>[]): Scaler {
  const first = rows[0]
  if (first === undefined) throw new RangeError('Cannot fit scaler: are 0 rows, expected at least one')
  const min = Array.from(first)
  const max = Array.from(first)
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      if (row[i]! < min[i]!) min[i] = row[i]!
      if (row[i]! > max[i]!) max[i] = row[i]!
    }
  }
  return { min, max }
}
