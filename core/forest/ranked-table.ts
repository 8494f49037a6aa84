// The training rows as a tree needs them. Every column is replaced once by ranks among its distinct values;
// growing a node then counts or sorts small integers instead of comparing numbers, and all trees of a forest
// share the ranks. A rank is looked up by halving the sorted values: a Map of 45,000 numbers is slower.

export interface Column {
  /** Distinct values, ascending. */
  values: Float64Array
  /** By row: the index of its value in `values`. */
  ranks: Int32Array
}

export interface RankedTable {
  rows: readonly Float64Array[]
  labels: Uint8Array
  columns: readonly Column[]
}

/** All values must be finite. */
export function rankTable(rows: readonly Float64Array[], labels: Uint8Array): RankedTable {
  const width = rows[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, c) => rankColumn(rows, c))
  return { rows, labels, columns }
}

function rankColumn(rows: readonly Float64Array[], c: number): Column {
  const column = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) column[row] = rows[row]![c]!
  const values = distinct(column.slice().sort())
  const ranks = new Int32Array(rows.length)
  for (let row = 0; row < rows.length; row++) ranks[row] = rankOf(values, column[row]!)
  return { values, ranks }
}

/** Zero and minus zero are one value. */
function distinct(sorted: Float64Array): Float64Array {
  let count = 0
  for (let i = 0; i < sorted.length; i++)
    if (count === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i]!
  return sorted.slice(0, count)
}

/** The last index whose value is not above `value`, which is among `values`. */
function rankOf(values: Float64Array, value: number): number {
  let first = 0
  let length = values.length
  while (length > 1) {
    const half = length >>> 1
    first = values[first + half]! <= value ? first + half : first
    length -= half
  }
  return first
}
