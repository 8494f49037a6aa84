// Pearson's r between columns (paper, section 4: features that say the same are pruned by it). Two passes: means
// first, then products of what is left, because the one-pass sum of squares cancels where a column varies little
// around a large mean. Each column becomes a unit vector once, so that r is a plain dot product.

/** p x p for n rows of p values, symmetric; 0 where one of the two is constant, its own diagonal included. */
export function correlationMatrix(rows: readonly ArrayLike<number>[]): number[][] {
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, c) =>
    unitColumn(Float64Array.from(rows, (row) => row[c]!)),
  )
  const matrix = columns.map(() => new Array<number>(columns.length).fill(0))
  for (const [i, a] of columns.entries())
    for (const [j, b] of columns.slice(0, i + 1).entries()) {
      const r = correlationOf(a, b)
      matrix[i]![j] = i === j ? Math.round(r) : r
      matrix[j]![i] = matrix[i]![j]!
    }
  return matrix
}

/** Each column's r with a label of 0 or 1 (the point-biserial correlation). */
export function labelCorrelations(rows: readonly ArrayLike<number>[], labels: Uint8Array): number[] {
  const label = unitColumn(Float64Array.from(labels))
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, c) =>
    correlationOf(unitColumn(Float64Array.from(rows, (row) => row[c]!)), label),
  )
}

/** Centred and of length 1; all 0 for a constant column, told by its values, since its mean may be rounded. */
function unitColumn(values: Float64Array): Float64Array {
  if (values.every((value) => value === values[0])) return new Float64Array(values.length)
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const norm = Math.sqrt(squares)
  return norm > 0 ? values.map((value) => (value - mean) / norm) : new Float64Array(values.length)
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return Math.max(-1, Math.min(1, sum))
}
