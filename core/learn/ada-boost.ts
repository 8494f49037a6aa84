// Discrete AdaBoost (Freund and Schapire 1997, Figure 2; SAMME of two classes; the paper's Figure 13): each
// round a base classifier is fitted with the weight on the rows that were got wrong so far, and all vote by how
// well they did. Rows are weighted by resampling, which that paper names as the way for bases that take no
// weights: so any learner fits. The initial distribution, which the algorithm leaves open, gives both classes
// the same total: from equal weights a weak base rarely finds a rare class at all.

import { balancedWeights } from '../forest/best-cut.ts'
import { type Classifier, constantClassifier, type Learner, type Samples } from './learner.ts'

export interface AdaBoostOptions {
  base: Learner
  /** At most; boosting ends early where a base makes no error, or half of all. */
  rounds: number
}

interface Voter {
  classifier: Classifier
  say: number
}

/** The score is the share of the votes that say class 1. */
export function adaBoost({ base, rounds }: AdaBoostOptions): Learner {
  if (!(rounds >= 1))
    throw new RangeError(`Cannot build AdaBoost: is given ${rounds} rounds, expected 1 or more`)
  return (samples, random) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    let shares = balancedShares(samples.labels)
    const voters: Voter[] = []
    for (let round = 0; round < rounds; round++) {
      const classifier = base(resample(samples, shares, random), random)
      const isWrong = samples.rows.map((row, i) => saysOne(classifier, row) !== (samples.labels[i] === 1))
      const error = shares.reduce((sum, share, i) => (isWrong[i] ? sum + share : sum), 0)
      // Its say would be infinite: it decides alone, and by its own score, which tells more than a vote.
      if (error === 0) return classifier
      if (error >= 0.5) break
      voters.push({ classifier, say: Math.log((1 - error) / error) })
      shares = shares.map((share, i) => share / (2 * (isWrong[i] ? error : 1 - error)))
    }
    return voters.length === 0 ? { scoreOf: () => 0.5 } : weightedVote(voters)
  }
}

function saysOne(classifier: Classifier, row: Float64Array): boolean {
  return classifier.scoreOf(row) >= 0.5
}

function weightedVote(voters: readonly Voter[]): Classifier {
  const total = voters.reduce((sum, { say }) => sum + say, 0)
  return {
    scoreOf: (row) => {
      let forOne = 0
      for (const { classifier, say } of voters) if (saysOne(classifier, row)) forOne += say
      return forOne / total
    },
  }
}

function balancedShares(labels: Uint8Array): Float64Array {
  const weights = balancedWeights(labels)
  return Float64Array.from(labels, (label) => weights[label as 0 | 1] / labels.length)
}

/** As many rows as there are, drawn with replacement in proportion to their shares. */
function resample({ rows, labels }: Samples, shares: Float64Array, random: () => number): Samples {
  let total = 0
  const ends = shares.map((share) => {
    total += share
    return total
  })
  const drawn = Int32Array.from(rows, () => firstAbove(ends, random() * total))
  return {
    rows: Array.from(drawn, (row) => rows[row]!),
    labels: Uint8Array.from(drawn, (row) => labels[row]!),
  }
}

/** Index of the first of the ascending `ends` above `value`; the last where rounding leaves none. */
function firstAbove(ends: Float64Array, value: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
