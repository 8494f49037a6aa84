// One attempt at one job, from the row that was taken to the row that has ended or waits again. It never rejects: what
// it could not write the watch over silent jobs makes good (watch-jobs.ts).

import type { WorkProgress } from '#contract/api/jobs.ts'
import { type Attempt, afterDeath, endJob, giveBack, recordProgress } from '#db/queries/jobs/job-work.ts'
import type { JobRow } from '#db/queries/jobs/jobs.ts'
import { refusalBehind } from '../../refusal.ts'
import type { JobContext } from '../kinds/job-port.ts'
import { WORK_OF } from '../kinds/work-of.ts'

/** Why a worker lets go of a job. */
export type LettingGo = 'lost' | 'stopping'

/** Once may be the machine's fault, twice bad luck. */
const DEATHS_MAX = 3
const PROGRESS_EVERY_MS = 1_000

/** `signal` is aborted with a LettingGo. */
export async function runJob(ctx: JobContext, job: JobRow, signal: AbortSignal): Promise<void> {
  const attempt: Attempt = { id: job.id, attempt: job.attempt }
  const progress = progressInto(ctx, attempt)
  ctx.log.info({ job: job.id, kind: job.kind, attempt: job.attempt }, 'job begun')
  try {
    const work = WORK_OF[job.kind]({ ...ctx, job, attempt, signal, onProgress: progress.tell })
    const store = await work.finally(progress.stop)
    signal.throwIfAborted()
    await ctx.db.transaction(async (tx) => {
      const result = await store(tx)
      if (!(await endJob(tx, attempt, { state: 'done', result }))) throw new Overtaken()
    })
    ctx.log.info({ job: job.id, kind: job.kind }, 'job done')
  } catch (error) {
    await endOtherwise(ctx, job, signal, error).catch((err: unknown) =>
      ctx.log.error({ err, job: job.id }, 'the end of a job could not be kept'),
    )
  }
}

/** Rolls back what was stored for an attempt that is not the one that runs. */
class Overtaken extends Error {}

async function endOtherwise(
  { db, log }: JobContext,
  job: JobRow,
  signal: AbortSignal,
  error: unknown,
): Promise<void> {
  if (signal.aborted) {
    if ((signal.reason as LettingGo) === 'stopping') await giveBack(db, job)
    log.info({ job: job.id, why: signal.reason }, 'job let go')
    return
  }
  if (error instanceof Overtaken) {
    log.info({ job: job.id }, 'job was ended by somebody else')
    return
  }
  const refusal = refusalBehind(error)
  if (refusal) {
    await endJob(db, job, { state: 'failed', error: refusal.message })
    log.info({ job: job.id, why: refusal.message }, 'job failed')
    return
  }
  log.error({ err: error, job: job.id }, 'an attempt at a job died')
  await mourn({ db, log }, job)
}

/** Again, unless it has cost too many workers; `silentMs`: only where its worker is still silent for so long. */
export async function mourn(
  { db, log }: Pick<JobContext, 'db' | 'log'>,
  job: JobRow,
  silentMs = 0,
): Promise<void> {
  const words = (deaths: number) =>
    `Cannot finish ${job.kind} "${job.id}": whoever worked on it died ${deaths} times in a row without getting a step further, expected an end; the log of "${job.worker}" has the cause`
  const now = await afterDeath(db, job, { silentMs, deathsMax: DEATHS_MAX, words })
  if (now)
    log.warn(
      { job: job.id, kind: job.kind, worker: job.worker, deaths: now.deaths },
      `job is ${now.state} after a death`,
    )
}

/** Writes the newest progress once a second at most, only where there is news, and the last of it at the end. */
function progressInto({ db, log }: JobContext, attempt: Attempt) {
  let news: WorkProgress | undefined
  const write = async () => {
    if (news === undefined) return
    const told = news
    news = undefined
    await recordProgress(db, attempt, told).catch((err: unknown) =>
      log.warn({ err, job: attempt.id }, 'progress could not be kept'),
    )
  }
  const timer = setInterval(write, PROGRESS_EVERY_MS)
  return {
    tell: (progress: WorkProgress) => {
      news = progress
    },
    stop: () => {
      clearInterval(timer)
      return write()
    },
  }
}
