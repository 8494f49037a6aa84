// One evaluation in a process of its own: minutes of arithmetic, and hours for large data sets.

import { PairReport } from '#contract/results/pair-report.ts'
import { type EvaluatePairOptions, evaluatePairBySteps } from '#core/report/evaluate-pair.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { answerBySteps } from './answer-by-steps.ts'

export interface EvaluateQuestion {
  readonly data: PairData
  readonly options: EvaluatePairOptions
}

answerBySteps(function* ({ data, options }: EvaluateQuestion, onProgress) {
  const report = yield* evaluatePairBySteps(data, options, (step, done, total) =>
    onProgress({ step, done, total }),
  )
  // A figure that is no number would be kept as null, and be found by whoever reads the report.
  return PairReport.parse(report)
})
