// One-vs-rest (the paper's Figure 14): for each class a base classifier of that class against all others; the
// scores are then shared out to a sum of 1. Of two classes the second classifier would only mirror the first, so
// one base classifier decides, as in scikit-learn's OneVsRestClassifier. "Needs the edge" has two classes: what
// the figure compares there is in truth the bases.

import type { Classifier, Learner, Samples } from './learner.ts'

export interface ClassScorer {
  /** By class, in [0, 1], summing to 1. */
  scoresOf(row: Float64Array): Float64Array
}

/** Labels may be any of 0..255; a class below the highest that has no row scores about 0. */
export function fitOneVsRest(samples: Samples, base: Learner, random: () => number): ClassScorer {
  const classes = samples.labels.reduce((most, label) => Math.max(most, label + 1), 2)
  if (classes === 2) {
    const classifier = base(samples, random)
    return {
      scoresOf: (row) => {
        const score = classifier.scoreOf(row)
        return Float64Array.of(1 - score, score)
      },
    }
  }
  const classifiers = Array.from({ length: classes }, (_, own) =>
    base({ rows: samples.rows, labels: samples.labels.map((label) => (label === own ? 1 : 0)) }, random),
  )
  return { scoresOf: (row) => sharesOf(classifiers, row) }
}

/** The binary learner: its score is that of class 1. */
export function oneVsRest({ base }: { base: Learner }): Learner {
  return (samples, random) => {
    const scorer = fitOneVsRest(samples, base, random)
    return { scoreOf: (row) => scorer.scoresOf(row)[1]! }
  }
}

/** Equal shares where every classifier is sure that the row is not of its class. */
function sharesOf(classifiers: readonly Classifier[], row: Float64Array): Float64Array {
  const scores = Float64Array.from(classifiers, (classifier) => classifier.scoreOf(row))
  const total = scores.reduce((sum, score) => sum + score, 0)
  return scores.map((score) => (total > 0 ? score / total : 1 / scores.length))
}
