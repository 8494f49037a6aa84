// What the work of a job is given, and what it gives: not a result, but how the result is stored. That happens in the
// transaction that ends the job, so that of a job that was cancelled, or given to somebody else meanwhile, nothing
// stays, and of one that is done it is there once.

import type { WorkProgress } from '#contract/api/jobs.ts'
import type { Db } from '#db/db.ts'
import type { Attempt } from '#db/queries/jobs/job-work.ts'
import type { JobRow } from '#db/queries/jobs/jobs.ts'
import type { Context } from '../../context.ts'

export type JobContext = Pick<Context, 'db' | 'artifacts' | 'log'>

export interface JobPort extends JobContext {
  readonly job: JobRow
  readonly attempt: Attempt
  /** The job is not this worker's any more, or the worker stops. */
  readonly signal: AbortSignal
  /** Kept now and then. */
  onProgress(progress: WorkProgress): void
}

export type StoreResult = (tx: Db) => Promise<Readonly<Record<string, unknown>>>

/** Throws a Refusal where trying again would not help; whatever else it throws is tried again. */
export type JobWork = (port: JobPort) => Promise<StoreResult>
