// Rows in the order in which a router would send them to the edge, ties kept apart as groups. Everything that
// is measured from scores (AUC, deferral curve, DGC) walks these groups, once on the rows as they are and a
// thousand times on bootstrap weights, so the sorting is done once.

export interface Ranking {
  /** Rows by score, highest first. */
  order: Int32Array
  /** End in `order`, exclusive, of each group of equal scores. */
  groupEnds: Int32Array
}

export function rankByScore(scores: ArrayLike<number>): Ranking {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row)
  for (const row of order)
    if (Number.isNaN(scores[row]))
      throw new RangeError(`Cannot rank row "${row}": its score is NaN, expected a number`)
  // Not the difference: that of two infinite scores is not a number.
  order.sort((a, b) => (scores[a]! === scores[b]! ? 0 : scores[a]! < scores[b]! ? 1 : -1))
  const ends: number[] = []
  for (let i = 1; i <= order.length; i++)
    if (i === order.length || scores[order[i]!] !== scores[order[i - 1]!]) ends.push(i)
  return { order, groupEnds: Int32Array.from(ends) }
}

/** Every row once. */
export function unitWeights(size: number): Int32Array {
  return new Int32Array(size).fill(1)
}
