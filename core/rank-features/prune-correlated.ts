// Of two features that say the same, one goes (paper, section 4, Table 3; it drops above |r| = 0.75, but does not say
// which of the two). The rule here: pairs are taken strongest first; while both features of a pair are in, the one
// that is less correlated with the label goes, and the later in the list where both are alike. A pair of which one
// has gone already decides nothing, so a feature is only dropped for one that was still in at that time.

export interface PrunedColumns {
  kept: number
  /** In the order in which they went. */
  dropped: DroppedColumn[]
}

export interface DroppedColumn {
  feature: number
  /** Correlation of the pair that it lost: with `kept`, or with a feature of the same group that went later. */
  r: number
}

interface Pair {
  first: number
  second: number
  r: number
}

/** Differences below this are the rounding of sums in another order of rows, not preference. */
const ALIKE = 1e-9

/**
 * `labelCorrelations` holds each feature's r with the label. Answers which features (indices, ascending) are left
 * and, by `kept`, what they stand for; a feature that stands for itself alone has no group.
 */
export function pruneCorrelated(
  correlation: readonly (readonly number[])[],
  labelCorrelations: readonly number[],
  above: number,
): { groups: PrunedColumns[]; left: number[] } {
  const relevance = labelCorrelations.map(rounded)
  /** By feature that went, in the order in which they went. */
  const lost = new Map<number, { to: number; r: number }>()
  for (const { first, second, r } of pairsAbove(correlation, above)) {
    if (lost.has(first) || lost.has(second)) continue
    if (relevance[second]! > relevance[first]!) lost.set(first, { to: second, r })
    else lost.set(second, { to: first, r })
  }
  const groups = new Map<number, DroppedColumn[]>()
  for (const [feature, { to, r }] of lost) {
    let kept = to
    while (lost.has(kept)) kept = lost.get(kept)!.to
    groups.set(kept, [...(groups.get(kept) ?? []), { feature, r }])
  }
  return {
    groups: [...groups].map(([kept, dropped]) => ({ kept, dropped })).sort((a, b) => a.kept - b.kept),
    left: [...correlation.keys()].filter((feature) => !lost.has(feature)),
  }
}

/** Strongest first; of equal ones the earlier features. */
function pairsAbove(correlation: readonly (readonly number[])[], above: number): Pair[] {
  const pairs: Pair[] = []
  for (const [first, row] of correlation.entries())
    for (let second = first + 1; second < row.length; second++)
      if (Math.abs(row[second]!) > above) pairs.push({ first, second, r: row[second]! })
  // Array.sort is stable: pairs alike stay in list order.
  return pairs.sort((a, b) => rounded(b.r) - rounded(a.r))
}

/** Strength of a correlation, in steps of `ALIKE`. */
function rounded(r: number): number {
  return Math.round(Math.abs(r) / ALIKE)
}
