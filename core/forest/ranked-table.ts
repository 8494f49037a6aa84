// The training rows as a tree needs them. Every column is replaced once by ranks among its distinct values;
// growing a node then counts ranks instead of sorting rows, and all trees of a forest share the ranks. That is
// what makes a hundred trees on ten folds of 1345 rows a matter of a fraction of a second.

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

export function rankTable(rows: readonly Float64Array[], labels: Uint8Array): RankedTable {
  const width = rows[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, c) => rankColumn(rows, c))
  return { rows, labels, columns }
}

function rankColumn(rows: readonly Float64Array[], c: number): Column {
  const values = Float64Array.from(new Set(rows.map((row) => row[c]!))).sort()
  const rankOf = new Map<number, number>()
  values.forEach((value, rank) => {
    rankOf.set(value, rank)
  })
  return { values, ranks: Int32Array.from(rows, (row) => rankOf.get(row[c]!)!) }
}
