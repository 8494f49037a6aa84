// Platt scaling (Platt 1999): turns margins into probabilities by a sigmoid whose slope and offset are fitted
// to the training labels. The targets are not 0 and 1 but what Bayes' rule with a uniform prior expects of that
// many rows, so that a few perfectly separated rows do not become certainties. Solved by Newton's method as in
// Lin, Lin and Weng (2007). Left out: fitting on margins of held-out rows; with a handful of coefficients the
// training margins are hardly too sure.

import { LOGISTIC_LOSS } from './logistic-regression.ts'
import { type LinearModel, minimise } from './newton.ts'

/**
 * P(class 1) of a margin f is sigmoid(bias + weights[0] * f). With balanced row weights 0.5 is even odds of two
 * equally frequent classes.
 */
export function fitPlatt(margins: Float64Array, labels: Uint8Array, rowWeights: Float64Array): LinearModel {
  const total = [0, 0]
  for (let i = 0; i < labels.length; i++) total[labels[i]!]! += rowWeights[i]!
  const target = [1 / (total[0]! + 2), (total[1]! + 1) / (total[1]! + 2)]
  // A row with target t is t of a row of class 1 and 1 - t of one of class 0.
  const shares = [
    rowWeights.map((weight, i) => weight * target[labels[i]!]!),
    rowWeights.map((weight, i) => weight * (1 - target[labels[i]!]!)),
  ]
  const rows = Array.from(margins, (margin) => [margin])
  return minimise({
    rows: [...rows, ...rows],
    labels: new Uint8Array(2 * rows.length).fill(1, 0, rows.length),
    rowWeights: Float64Array.from([...shares[0]!, ...shares[1]!]),
    penalties: [0, 0],
    loss: LOGISTIC_LOSS,
  })
}
