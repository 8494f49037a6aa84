// What the paper's learners have in common: rows with labels go in, something that scores a row comes out. A
// score of 0.5 is even odds, so that one cut serves all when precision and recall are compared (Section on
// the pre-classifier, Figures 11 to 15).
// Only about a quarter of images need the edge. Forest, trees, logistic regression and linear SVM therefore
// weigh the classes so that both count the same in all (scikit-learn's class_weight='balanced'), and AdaBoost
// starts from such weights; KNN's votes and naive Bayes's priors are left as the rows are, as published.

export interface Samples {
  /** Of one length; min-max scaled on the training part where a `Learner` takes them. */
  rows: readonly Float64Array[]
  /** By row: 1 = needs the edge, 0 = does not. */
  labels: Uint8Array
}

export interface Classifier {
  /** In [0, 1]; higher means more surely class 1, 0.5 is even odds. */
  scoreOf(row: Float64Array): number
}

export type Learner = (samples: Samples, random: () => number) => Classifier

/**
 * What to answer where all rows bear one label, as in a fold of rare positives: that label. Null where there is
 * something to learn. Throws a RangeError where there are no rows.
 */
export function constantClassifier({ rows, labels }: Samples): Classifier | null {
  if (rows.length === 0 || rows.length !== labels.length)
    throw new RangeError(
      `Cannot fit classifier: are ${rows.length} rows and ${labels.length} labels, expected one or more and as many of both`,
    )
  const label = labels[0]!
  return labels.every((other) => other === label) ? { scoreOf: () => label } : null
}

/** Of log odds; exact to the last bits on both sides of 0. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}
