// How the paper's four learners compare (its Figures 11 to 15): each tuned by a grid inside the folds, then
// judged on held-out images. All figures are of "needs the edge", at a cut of 0.5.

import { z } from 'zod'

export const LearnerName = z.enum(['knn', 'random-forest', 'adaboost', 'one-vs-rest'])
export type LearnerName = z.infer<typeof LearnerName>

const figures = {
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  accuracy: z.number(),
  auc: z.number(),
}

export const LearnerFigures = z.object({
  learner: LearnerName,
  /** The setting chosen in most folds. */
  setting: z.string(),
  settingsByFold: z.array(z.string()),
  /** Means over the folds of what each setting reached in inner cross-validation. */
  tuning: z.array(z.object({ setting: z.string(), ...figures })),
  ...figures,
})
export type LearnerFigures = z.infer<typeof LearnerFigures>
