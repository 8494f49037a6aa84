// Area under the ROC curve as Mann and Whitney count it: the probability that a row that needs the edge scores
// above one that does not, ties counting half. 0.5 is chance, and also the answer where one of the two kinds
// is missing: then there is nothing to tell apart.

import { type Ranking, rankByScore, unitWeights } from './ranking.ts'

export function auc(scores: ArrayLike<number>, positives: Uint8Array): number {
  return aucOfRanking(rankByScore(scores), positives, unitWeights(positives.length))
}

/** `weights` says how often each row counts, as in a bootstrap resample. */
export function aucOfRanking(ranking: Ranking, positives: Uint8Array, weights: ArrayLike<number>): number {
  const { order, groupEnds } = ranking
  let positivesAbove = 0
  let negatives = 0
  let wins = 0
  let start = 0
  for (let g = 0; g < groupEnds.length; g++) {
    const end = groupEnds[g]!
    let ones = 0
    let zeros = 0
    for (let i = start; i < end; i++) {
      const row = order[i]!
      if (positives[row] === 1) ones += weights[row]!
      else zeros += weights[row]!
    }
    wins += zeros * (positivesAbove + ones / 2)
    positivesAbove += ones
    negatives += zeros
    start = end
  }
  const pairs = positivesAbove * negatives
  return pairs === 0 ? 0.5 : wins / pairs
}
