// The report of a pair: its row, which names the job, gets the progress on the way and the report at the end.

import { z } from 'zod'
import type { PairReport } from '#contract/results/pair-report.ts'
import { findEvaluation, finishEvaluation } from '#db/queries/train/evaluations.ts'
import { found } from '../../refusal.ts'
import { computeBySteps } from '../compute/compute-by-steps.ts'
import type { EvaluateQuestion } from '../compute/evaluate-process.ts'
import { loadPair } from '../pair-data.ts'
import type { JobWork } from './job-port.ts'

const EvaluationInput = z.object({ evaluation: z.string() })

/** 50,000 images with every learner are hours on a small machine; a day is a hang. */
const EVALUATION_DEADLINE_MS = 24 * 3_600_000

export const evaluate: JobWork = async (port) => {
  const { evaluation: id } = EvaluationInput.parse(port.job.input)
  const { selectionId, options } = found(await findEvaluation(port.db, id), 'evaluation', id)
  const { names, data } = await loadPair(port.db, selectionId, 'evaluate')
  const question: EvaluateQuestion = { data, options: { ...names, ...options } }
  const entry = new URL('../compute/evaluate-process.ts', import.meta.url)
  const report = await computeBySteps<PairReport>(port, entry, question, EVALUATION_DEADLINE_MS)
  return async (tx) => {
    await finishEvaluation(tx, id, report)
    return { evaluation: id }
  }
}
