// Evaluations of before there were jobs, left running by a control plane that is gone: each gets a job and is computed
// from its beginning. Those that have one are looked after by the watch over jobs.

import type { Logger } from 'pino'
import type { Db } from '#db/db.ts'
import { ensureJob } from '#db/queries/jobs/jobs.ts'
import { evaluationsWithoutJob } from '#db/queries/train/evaluations.ts'
import { digestOf } from '#platform/artifact-store.ts'

export async function adoptEvaluations({
  db,
  log,
}: {
  readonly db: Db
  readonly log: Logger
}): Promise<void> {
  for (const { id } of await evaluationsWithoutJob(db)) {
    const input = { evaluation: id }
    const sameKey = digestOf(JSON.stringify(input))
    await ensureJob(db, { kind: 'evaluation', input, sameKey, subject: id, askedBy: 'the control plane' })
    log.info({ evaluation: id }, 'evaluation of an earlier build goes on as a job')
  }
}
