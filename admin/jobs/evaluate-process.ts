// One evaluation in a process of its own: minutes of arithmetic. Its progress goes out a few times a second at most,
// since the core tells every step; the end of a stage is always told.

import type { EvaluationProgress } from '#contract/results/evaluation-options.ts'
import { PairReport } from '#contract/results/pair-report.ts'
import { evaluatePair } from '#core/report/evaluate-pair.ts'
import { answerParent } from '#platform/ask-child.ts'
import { type Computed, computeOrRefuse } from './core-refusal.ts'
import type { EvaluateQuestion } from './evaluate.ts'

const TELL_EVERY_MS = 250

answerParent<EvaluateQuestion, Computed<PairReport>, EvaluationProgress>(({ data, options }, tell) => {
  let told = { stage: '', at: 0 }
  return computeOrRefuse(() => {
    const report = evaluatePair(data, options, (stage, done, total) => {
      const now = Date.now()
      if (stage === told.stage && done < total && now - told.at < TELL_EVERY_MS) return
      told = { stage, at: now }
      tell({ stage, done, total })
    })
    // A figure that is no number would be kept as null, and be found by whoever reads the report.
    return PairReport.parse(report)
  })
})
