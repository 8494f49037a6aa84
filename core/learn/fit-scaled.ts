// A learner with its scaling: the scaler is fitted on the rows that the learner sees and then belongs to the
// classifier. Tuning and comparing both fit through this file, so that no held-out row can reach a scaler.

import { scaleRow } from '../route/forest-score.ts'
import { fitScaler } from '../train/min-max-scaler.ts'
import type { Classifier, Learner, Samples } from './learner.ts'

/** `samples`, and the rows that the classifier then scores, are as measured, not scaled. */
export function fitScaled(learner: Learner, { rows, labels }: Samples, random: () => number): Classifier {
  const scaler = fitScaler(rows)
  const scaled = rows.map((row) => scaleRow(scaler, row))
  const classifier = learner({ rows: scaled, labels }, random)
  return { scoreOf: (row) => classifier.scoreOf(scaleRow(scaler, row)) }
}

/** By row of `rows`. */
export function scoresOf(classifier: Classifier, rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(rows, (row) => classifier.scoreOf(row))
}
