// The parent's side of a computation by steps: a child process at low priority, whose steps are kept in the job's own
// rows, so that whoever takes the job up next goes on behind the last of them.

import type { Logger } from 'pino'
import type { WorkProgress } from '#contract/api/jobs.ts'
import type { Db } from '#db/db.ts'
import { type Attempt, keepStep, keptSteps } from '#db/queries/jobs/job-work.ts'
import { askChild } from '#platform/ask-child.ts'
import { Refusal } from '../../refusal.ts'
import type { Computed } from '../core-refusal.ts'
import type { StepNews, StepQuestion } from './answer-by-steps.ts'
import { buildDigest } from './build-digest.ts'

/** A computation ended without an answer; trying again may help. */
export class ComputationDied extends Error {
  override readonly name = 'ComputationDied'
}

export interface Computing {
  readonly db: Db
  readonly log: Logger
  readonly attempt: Attempt
  readonly signal: AbortSignal
  onProgress(progress: WorkProgress): void
}

/** Manifest polls and whoever waits for an answer go first. */
export const COMPUTE_NICENESS = 5

/** Throws a Refusal with the core's words where it says no, ComputationDied where the child ended without an answer. */
export async function computeBySteps<Answer>(
  { db, log, attempt, signal, onProgress }: Computing,
  entry: URL,
  question: unknown,
  deadlineMs: number,
): Promise<Answer> {
  const build = await buildDigest()
  const kept = await keptSteps(db, attempt.id, build)
  if (kept.size > 0) log.info({ job: attempt.id, steps: kept.size }, 'job goes on where it was left')
  let writing = Promise.resolve()
  const onNews = (news: StepNews) => {
    if ('progress' in news) return onProgress(news.progress)
    const step = { name: news.step.name, build, value: Buffer.from(news.step.value) }
    // A step that could not be kept is computed again at worst.
    writing = writing
      .then(() => keepStep(db, attempt, step))
      .catch((err: unknown) => log.warn({ err, job: attempt.id }, 'a step could not be kept'))
  }
  const asked: StepQuestion<unknown> = { question, kept }
  const ended = await askChild<Computed<Answer>, StepNews>(entry, asked, deadlineMs, {
    ...{ onNews, signal, niceness: COMPUTE_NICENESS },
  })
  await writing
  if (ended.end !== 'answered')
    throw new ComputationDied(ended.end === 'died' ? `ended with ${ended.how}` : 'took too long')
  if (!ended.answer.ok) throw new Refusal('invalid', ended.answer.words)
  return ended.answer.value
}
