// Solves a small symmetric positive definite system by Cholesky's decomposition: what a Newton step needs, and
// no more of linear algebra than that.

/** x with `matrix` x = `right`. Only the lower triangle is read, and overwritten by its factor. */
export function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const x = right.slice()
  for (let r = 0; r < size; r++) {
    const row = matrix[r]!
    for (let c = 0; c <= r; c++) {
      let sum = row[c]!
      for (let k = 0; k < c; k++) sum -= row[k]! * matrix[c]![k]!
      row[c] = c === r ? Math.sqrt(pivot(sum, r)) : sum / matrix[c]![c]!
    }
    for (let k = 0; k < r; k++) x[r]! -= row[k]! * x[k]!
    x[r]! /= row[r]!
  }
  for (let r = size - 1; r >= 0; r--) {
    for (let k = r + 1; k < size; k++) x[r]! -= matrix[k]![r]! * x[k]!
    x[r]! /= matrix[r]![r]!
  }
  return x
}

function pivot(value: number, row: number): number {
  if (value > 0) return value
  throw new RangeError(`Cannot solve system: pivot of row "${row}" is ${value}, expected above 0`)
}
