// Two rankings made one (paper, section 4, Table 4): a feature's rank by recursive elimination, which sees features
// together, plus its rank by chi-squared, which sees each alone. Ranks are added and not scores, because the two
// scores share no unit.

export interface RankedColumn {
  feature: number
  rfeRank: number
  chiSquared: number
  chiSquaredRank: number
  rankSum: number
}

/**
 * `eliminated` in order of rank by elimination, `scores` by feature. Lowest sum first; equal sums by elimination,
 * equal chi-squared by place in the feature list.
 */
export function sumRanks(eliminated: readonly number[], scores: readonly number[]): RankedColumn[] {
  const byScore = [...eliminated].sort((a, b) => scores[b]! - scores[a]! || a - b)
  return eliminated
    .map((feature, place) => {
      const rfeRank = place + 1
      const chiSquaredRank = byScore.indexOf(feature) + 1
      const rankSum = rfeRank + chiSquaredRank
      return { feature, rfeRank, chiSquared: scores[feature]!, chiSquaredRank, rankSum }
    })
    .sort((a, b) => a.rankSum - b.rankSum || a.rfeRank - b.rfeRank)
}
