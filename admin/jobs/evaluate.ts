// Runs an evaluation that has a row to its end: progress into the row while it runs, then the report or the sentence
// why there is none. It never rejects; nobody waits for it but the row.

import type { Logger } from 'pino'
import type { EvaluationProgress } from '#contract/results/evaluation-options.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import type { evaluatePair } from '#core/report/evaluate-pair.ts'
import type { Db } from '#db/db.ts'
import {
  failAbandonedEvaluations,
  failEvaluation,
  finishEvaluation,
  recordProgress,
} from '#db/queries/train/evaluations.ts'
import { askChild } from '#platform/ask-child.ts'
import type { Computed } from './core-refusal.ts'

export interface EvaluateQuestion {
  readonly data: Parameters<typeof evaluatePair>[0]
  readonly options: Parameters<typeof evaluatePair>[1]
}

interface Ports {
  readonly db: Db
  readonly log: Logger
}

/** 50,000 images with every learner are hours on a small machine; a day is a hang. */
const EVALUATION_DEADLINE_MS = 24 * 3_600_000
const PROGRESS_EVERY_MS = 1_000

const RESTARTED =
  'Cannot finish evaluation: the control plane stopped while it ran; start it again with `tandem evaluate`'

export async function runEvaluation(
  { db, log }: Ports,
  id: string,
  question: EvaluateQuestion,
): Promise<void> {
  try {
    const progress = progressInto(db, log, id)
    const result = await evaluateInChild(question, progress.tell).finally(progress.stop)
    if (result.ok) await finishEvaluation(db, id, result.value)
    else await failEvaluation(db, id, result.words)
  } catch (error) {
    log.error({ err: error, evaluation: id }, 'evaluation failed')
    const words = `Cannot finish evaluation "${id}": its process failed; the control plane's log has the cause`
    await failEvaluation(db, id, words).catch((cause: unknown) =>
      log.error({ err: cause, evaluation: id }, 'the end of an evaluation could not be kept'),
    )
  }
}

async function evaluateInChild(
  question: EvaluateQuestion,
  onProgress: (progress: EvaluationProgress) => void,
): Promise<Computed<PairReport>> {
  const result = await askChild<Computed<PairReport>, EvaluationProgress>(
    new URL('./evaluate-process.ts', import.meta.url),
    question,
    EVALUATION_DEADLINE_MS,
    onProgress,
  )
  if (result.end === 'answered') return result.answer
  throw new Error(
    `the evaluation process ended without a report: ${result.end === 'died' ? result.how : result.end}`,
  )
}

/** Writes the newest progress once a second at most, only where there is news, and the last of it at the end. */
function progressInto(db: Db, log: Logger, id: string) {
  let news: EvaluationProgress | undefined
  const write = async () => {
    if (news === undefined) return
    const told = news
    news = undefined
    await recordProgress(db, id, told).catch((err: unknown) =>
      log.warn({ err, evaluation: id }, 'progress could not be kept'),
    )
  }
  const timer = setInterval(write, PROGRESS_EVERY_MS)
  return {
    tell: (progress: EvaluationProgress) => {
      news = progress
    },
    stop: () => {
      clearInterval(timer)
      return write()
    },
  }
}

/** At the start of a control plane: whatever is still marked as running died with the one before. */
export async function endAbandonedEvaluations({ db, log }: Ports): Promise<void> {
  const count = await failAbandonedEvaluations(db, RESTARTED)
  if (count > 0) log.warn({ count }, 'evaluations were cut short by a restart')
}
