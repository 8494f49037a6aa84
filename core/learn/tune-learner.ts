// Chooses a learner's setting by stratified cross-validation on training rows alone (the paper's Figures 11 to
// 14, there on all rows). Every setting is judged on the same folds; the scores of all folds are pooled before
// they are judged, because a single inner fold holds too few positives for an AUC.

import { stratifiedFolds } from '../train/stratified-folds.ts'
import { type ClassifierScores, classifierScores } from './classifier-scores.ts'
import { fitScaled } from './fit-scaled.ts'
import type { GridEntry } from './grids.ts'
import type { Samples } from './learner.ts'

export interface TuneOptions {
  folds: number
  random: () => number
  /** What the best setting has most of; AUC where not given, since it does not hang on the cut. */
  score?: keyof ClassifierScores
}

export interface SettingScores extends ClassifierScores {
  setting: string
}

export interface TunedLearner {
  /** In the order of the grid. */
  table: SettingScores[]
  /** Of several equally good ones the first of the grid. */
  best: GridEntry
}

/** `samples` are not scaled: each training part has a scaler of its own. */
export function tuneLearner(
  samples: Samples,
  grid: readonly GridEntry[],
  { folds, random, score = 'auc' }: TuneOptions,
): TunedLearner {
  const first = grid[0]
  if (first === undefined) throw new RangeError('Cannot tune learner: are 0 settings, expected at least one')
  const parts = split(samples, stratifiedFolds(samples.labels, folds, random), folds)
  const table = grid.map((entry) => ({ setting: entry.setting, ...judge(entry, samples, parts, random) }))
  let best = 0
  for (const [i, row] of table.entries()) if (row[score] > table[best]![score]) best = i
  return { table, best: grid[best]! }
}

interface Part {
  train: Samples
  heldOut: number[]
}

function split({ rows, labels }: Samples, foldOf: Int32Array, folds: number): Part[] {
  const all = Array.from(rows.keys())
  return Array.from({ length: folds }, (_, fold) => {
    const training = all.filter((row) => foldOf[row] !== fold)
    return {
      train: {
        rows: training.map((row) => rows[row]!),
        labels: Uint8Array.from(training, (row) => labels[row]!),
      },
      heldOut: all.filter((row) => foldOf[row] === fold),
    }
  })
}

function judge(
  entry: GridEntry,
  { rows, labels }: Samples,
  parts: readonly Part[],
  random: () => number,
): ClassifierScores {
  const build = entry.buildForTuning ?? entry.build
  const scores = new Float64Array(rows.length)
  for (const { train, heldOut } of parts) {
    const classifier = fitScaled(build(), train, random)
    for (const row of heldOut) scores[row] = classifier.scoreOf(rows[row]!)
  }
  return classifierScores(scores, labels)
}
