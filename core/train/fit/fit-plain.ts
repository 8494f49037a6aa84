// The rankers that learn nothing: lots, and the three that read one figure off the local answer. So all scores of
// training rows are as good as unseen, and a guarantee may use every row. A device draws a new lot for each
// request; here each row has one of its own, so that a threshold is set and judged on the same lots.

import { type AnswerRouter, answerScore } from '../../route/answer-score.ts'
import type { FitTask, Ranker } from './ranker.ts'

/** A lot for every row of the data, so that a row's lot does not depend on which rows are trained on. */
export function fitRandom({ data, rows, random }: FitTask): Ranker {
  const lots = Float64Array.from(data.localRight, () => random())
  const rankOf = (row: number) => lots[row]!
  return {
    documentAt: (threshold) => ({ schema: 1, kind: 'random', threshold }),
    rankOf,
    sentAfterLocal: () => false,
    unseen: { scores: rows.map(rankOf), sentAfterLocal: 0 },
  }
}

export function fitAnswer(
  { data, rows }: Pick<FitTask, 'data' | 'rows'>,
  kind: 'confidence' | 'margin' | 'entropy',
): Ranker {
  const router: AnswerRouter = { kind, threshold: 0 }
  const rankOf = (row: number) => answerScore(router, data.localTop[row]!)
  return {
    documentAt: (threshold) => ({ schema: 1, kind, threshold }),
    rankOf,
    sentAfterLocal: () => true,
    unseen: { scores: rows.map(rankOf), sentAfterLocal: 1 },
  }
}
