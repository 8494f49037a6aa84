// Area under the ROC curve as Mann and Whitney count it: the probability that a row that needs the edge scores
// above one that does not, ties counting half. 0.5 is chance, and also the answer where one of the two kinds
// is missing: then there is nothing to tell apart.

import { rankByScore } from './ranking.ts'

export function auc(scores: ArrayLike<number>, positives: Uint8Array): number {
  const { order, groupEnds } = rankByScore(scores)
  let positivesAbove = 0
  let negatives = 0
  let wins = 0
  let start = 0
  for (const end of groupEnds) {
    let ones = 0
    for (let i = start; i < end; i++) ones += positives[order[i]!]!
    const zeros = end - start - ones
    wins += zeros * (positivesAbove + ones / 2)
    positivesAbove += ones
    negatives += zeros
    start = end
  }
  return aucOfWins(wins, positivesAbove, negatives)
}

export function aucOfWins(wins: number, positives: number, negatives: number): number {
  const pairs = positives * negatives
  return pairs === 0 ? 0.5 : wins / pairs
}
