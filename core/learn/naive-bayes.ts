// Gaussian naive Bayes, a base learner of the paper's AdaBoost and one-vs-rest (Figures 13 and 14): each
// feature is normal within a class and independent of the others; the score is P(class 1) by Bayes' rule, with
// the classes' shares as priors. As in scikit-learn, a billionth of the largest variance is added to all, so
// that a feature that is constant within one class does not decide alone.

import { constantClassifier, type Learner, type Samples, sigmoid } from './learner.ts'

/** Share of the largest variance of any feature that every variance gets on top (scikit-learn's default). */
const SMOOTHING = 1e-9

interface Normal {
  logPrior: number
  means: Float64Array
  variances: Float64Array
}

export function naiveBayes(): Learner {
  return (samples) => {
    const constant = constantClassifier(samples)
    if (constant !== null) return constant
    // Where no feature varies at all, any width will do: both classes then have the same density everywhere.
    const least = SMOOTHING * Math.max(...momentsOf(samples.rows).variances) || 1
    const zero = fitNormal(samples, 0, least)
    const one = fitNormal(samples, 1, least)
    return { scoreOf: (row) => sigmoid(logJoint(one, row) - logJoint(zero, row)) }
  }
}

function fitNormal({ rows, labels }: Samples, label: number, leastVariance: number): Normal {
  const own = rows.filter((_, i) => labels[i] === label)
  const { means, variances } = momentsOf(own)
  return {
    logPrior: Math.log(own.length / rows.length),
    means,
    variances: variances.map((variance) => variance + leastVariance),
  }
}

/** Population variance by two passes: one pass would lose small variances beside large means. */
function momentsOf(rows: readonly Float64Array[]): { means: Float64Array; variances: Float64Array } {
  const means = new Float64Array(rows[0]!.length)
  const variances = new Float64Array(means.length)
  for (const row of rows) for (let c = 0; c < means.length; c++) means[c]! += row[c]! / rows.length
  for (const row of rows)
    for (let c = 0; c < means.length; c++) variances[c]! += (row[c]! - means[c]!) ** 2 / rows.length
  return { means, variances }
}

function logJoint({ logPrior, means, variances }: Normal, row: Float64Array): number {
  let sum = logPrior
  for (let c = 0; c < means.length; c++) {
    const variance = variances[c]!
    sum -= 0.5 * (Math.log(2 * Math.PI * variance) + (row[c]! - means[c]!) ** 2 / variance)
  }
  return sum
}
