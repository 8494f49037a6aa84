// Chi-squared score of each feature (paper, section 4): how far the sum of its scaled values within each class is
// from what the class's share of rows would give. As in scikit-learn's feature_selection.chi2, which treats values
// as if they were counts: the scores rank features, they are no test of significance.

/**
 * By column; `rows` hold values of 0 or more, as min-max scaling gives. 0 for a column of zeros and where all labels
 * are the same, where scikit-learn says NaN. Throws a RangeError for a negative value.
 */
export function chiSquared(rows: readonly ArrayLike<number>[], labels: Uint8Array): number[] {
  const width = rows[0]?.length ?? 0
  const sums = [new Float64Array(width), new Float64Array(width)] as const
  let ones = 0
  for (const [row, values] of rows.entries()) {
    const ofClass = labels[row] === 1 ? sums[1] : sums[0]
    if (labels[row] === 1) ones++
    for (let c = 0; c < width; c++) {
      if (!(values[c]! >= 0))
        throw new RangeError(
          `Cannot score column "${c}": is ${values[c]} in row ${row}, expected 0 or more, as min-max scaling gives`,
        )
      ofClass[c]! += values[c]!
    }
  }
  if (ones === 0 || ones === rows.length) return new Array<number>(width).fill(0)
  const shareOfOnes = ones / rows.length
  return Array.from({ length: width }, (_, c) => {
    const sum = sums[0][c]! + sums[1][c]!
    return sum === 0
      ? 0
      : distance(sums[0][c]!, sum * (1 - shareOfOnes)) + distance(sums[1][c]!, sum * shareOfOnes)
  })
}

function distance(observed: number, expected: number): number {
  return (observed - expected) ** 2 / expected
}
