// All that goes on by itself over one database: rollouts, jobs, the watch over them, and housekeeping. Every control
// plane and every worker process starts it; leases and rows see to it that each thing is done once.

import { GRACE_HOURS } from '../../artifacts/collect-artifacts.ts'
import { UPLOAD_HOURS } from '../../artifacts/uploads.ts'
import type { JobContext } from '../kinds/job-port.ts'
import { driveRollouts } from '../rollout-driver.ts'
import { adoptEvaluations } from './adopt-evaluations.ts'
import { startJobWorker } from './job-worker.ts'
import { type Chore, keepSchedule } from './schedule.ts'
import { watchJobs } from './watch-jobs.ts'

export interface WorkOptions {
  /** Computations at once; 0: none, housekeeping alone. */
  readonly places: number
  /** Days that decisions are kept for one by one. */
  readonly decisionDays: number
  /** How long artifacts that nothing refers to are kept. */
  readonly artifactGraceHours?: number
  /** How long an upload in parts waits for its next part. */
  readonly uploadHours?: number
}

const MINUTE_MS = 60_000

function choresOf({ decisionDays, artifactGraceHours, uploadHours }: WorkOptions): Chore[] {
  const unused = { graceHours: artifactGraceHours ?? GRACE_HOURS, uploadHours: uploadHours ?? UPLOAD_HOURS }
  return [
    // Figures are as old as this at most.
    { kind: 'decision-roll-up', everyMs: MINUTE_MS, input: {} },
    { kind: 'decision-retention', everyMs: 60 * MINUTE_MS, input: { days: decisionDays } },
    { kind: 'artifact-collection', everyMs: 360 * MINUTE_MS, input: unused },
  ]
}

export async function startWork(ctx: JobContext, options: WorkOptions): Promise<AsyncDisposable> {
  await adoptEvaluations(ctx)
  const parts = [
    driveRollouts(ctx),
    watchJobs(ctx),
    keepSchedule(ctx, choresOf(options)),
    startJobWorker(ctx, options.places),
  ]
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()))
    },
  }
}
