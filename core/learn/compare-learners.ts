// The paper's comparison of learners (Figures 11 to 15), made nested: on the training part of each outer fold
// every learner is tuned by inner folds and fitted with what it chose, and only then scores the held-out rows. The
// caller gives the two parts of each fold, because feature selection belongs inside the fold too and may leave
// each fold other columns. Precision, recall, F1, accuracy and AUC are those of all held-out rows together.

import type { LearnerFigures, LearnerName } from '#contract/results/learner-figures.ts'
import { createRandom, randomInteger } from '../random.ts'
import { type BySteps, runSteps, step } from '../steps.ts'
import { classifierScores, meanScores } from './classifier-scores.ts'
import { fitScaled, scoresOf } from './fit-scaled.ts'
import { GRIDS } from './grids.ts'
import type { Samples } from './learner.ts'
import { type SettingScores, tuneLearner } from './tune-learner.ts'

/** As measured, not scaled. */
export interface FoldSamples {
  train: Samples
  test: Samples
}

export interface CompareOptions {
  innerFolds: number
  random: () => number
  /** Called after each fit on an outer fold. */
  onProgress?: (done: number, total: number) => void
}

interface JudgedFold {
  setting: string
  table: SettingScores[]
  scores: Float64Array
}

type Arguments = [folds: readonly FoldSamples[], options: CompareOptions]

/** In the order of the grids. */
export const compareLearners = (...given: Arguments): LearnerFigures[] =>
  runSteps(compareLearnersBySteps(...given))

/** A step a learner and fold. */
export function* compareLearnersBySteps(...[folds, options]: Arguments): BySteps<LearnerFigures[]> {
  if (folds.length === 0) throw new RangeError('Cannot compare learners: are 0 folds, expected at least one')
  const learners = Object.keys(GRIDS) as LearnerName[]
  // A seed per fold, used for each learner anew: all four are tuned on the same inner folds, and none is moved by
  // what another one draws.
  const seeds = folds.map(() => randomInteger(options.random, 2 ** 32))
  let done = 0
  const figures: LearnerFigures[] = []
  for (const learner of learners) {
    const judged: JudgedFold[] = []
    for (const [f, fold] of folds.entries()) {
      const inner = { folds: options.innerFolds, random: createRandom(seeds[f]!) }
      judged.push(yield* step(`learner/${learner}/fold-${f}`, () => judgeFold(learner, fold, inner)))
      options.onProgress?.(++done, learners.length * folds.length)
    }
    figures.push(figuresOf(learner, folds, judged))
  }
  return figures
}

function judgeFold(
  learner: LearnerName,
  { train, test }: FoldSamples,
  inner: { folds: number; random: () => number },
): JudgedFold {
  const { table, best } = tuneLearner(train, GRIDS[learner], inner)
  const classifier = fitScaled(best.build(), train, inner.random)
  return { setting: best.setting, table, scores: scoresOf(classifier, test.rows) }
}

function figuresOf(
  learner: LearnerName,
  folds: readonly FoldSamples[],
  judged: readonly JudgedFold[],
): LearnerFigures {
  const scores = Float64Array.from(judged.flatMap((fold) => Array.from(fold.scores)))
  const labels = Uint8Array.from(folds.flatMap((fold) => Array.from(fold.test.labels)))
  const settingsByFold = judged.map((fold) => fold.setting)
  const settings = GRIDS[learner].map((entry) => entry.setting)
  return {
    learner,
    setting: mostFrequent(settings, settingsByFold),
    settingsByFold,
    tuning: settings.map((setting, i) => ({ setting, ...meanScores(judged.map((fold) => fold.table[i]!)) })),
    ...classifierScores(scores, labels),
  }
}

/** Of several equally frequent ones the first of `settings`. */
function mostFrequent(settings: readonly string[], chosen: readonly string[]): string {
  const count = (setting: string) => chosen.filter((other) => other === setting).length
  return settings.reduce((most, setting) => (count(setting) > count(most) ? setting : most))
}
