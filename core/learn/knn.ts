// k nearest neighbours (Cover and Hart 1967; the paper's Figure 11) by looking at every row: with seven
// features and some ten thousand rows a flat scan that keeps the k best beats any tree of rows, and is exact.
// Euclidean distance, unweighted votes. Of rows at the same distance those with the lowest index are taken.
// scikit-learn's brute force leaves that choice to the order of its heap and so to its number of threads; where
// the choice does not matter the votes are equal.

import { constantClassifier, type Learner } from './learner.ts'

/** The score is the share of label 1 among the k nearest rows, or among all where there are fewer. */
export function knn(k: number): Learner {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`Cannot build KNN: k is ${k}, expected a whole number from 1`)
  return (samples) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    const width = samples.rows[0]!.length
    const flat = new Float64Array(samples.rows.length * width)
    samples.rows.forEach((row, i) => {
      flat.set(row, i * width)
    })
    const labels = samples.labels.slice()
    const count = Math.min(k, labels.length)
    return {
      scoreOf: (row) => {
        let ones = 0
        for (const neighbour of nearest(flat, row, count)) ones += labels[neighbour]!
        return ones / count
      },
    }
  }
}

/** Indices of the `count` rows of `flat` with the least squared distance, nearest first. */
function nearest(flat: Float64Array, row: Float64Array, count: number): Int32Array {
  const width = row.length
  const indices = new Int32Array(count)
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  let farthest = Number.POSITIVE_INFINITY
  for (let i = 0, at = 0; at < flat.length; i++, at += width) {
    let distance = 0
    for (let c = 0; c < width; c++) {
      const difference = flat[at + c]! - row[c]!
      distance += difference * difference
    }
    if (distance >= farthest) continue
    let place = count - 1
    for (; place > 0 && distances[place - 1]! > distance; place--) {
      distances[place] = distances[place - 1]!
      indices[place] = indices[place - 1]!
    }
    distances[place] = distance
    indices[place] = i
    farthest = distances[count - 1]!
  }
  return indices
}
