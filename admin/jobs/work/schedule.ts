// Housekeeping asks for itself: every kind is due so long after it was last asked for, by whichever control plane or
// worker holds the lease. What was missed while nobody ran is made up once. When it was last asked for is told by the
// rows of the jobs, of which a few are kept; that one kind is never under way twice is told by the database.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { WorkKind } from '#contract/api/jobs.ts'
import type { Db } from '#db/db.ts'
import { ensureDueJob } from '#db/queries/jobs/due-jobs.ts'
import { keepLease } from './keep-lease.ts'

export interface Chore {
  readonly kind: WorkKind
  readonly everyMs: number
  readonly input: Readonly<Record<string, unknown>>
}

const LOOK_EVERY_MS = 5_000

export function keepSchedule(
  { db, log }: { readonly db: Db; readonly log: Logger },
  chores: readonly Chore[],
): AsyncDisposable {
  const stopping = new AbortController()
  const lease = keepLease({ db, log }, 'schedule')
  const done = loop()
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (await lease.isHeld()) for (const chore of chores) await ensureDueJob(db, chore)
      } catch (err) {
        log.warn({ err }, 'housekeeping could not be asked for')
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
      await lease[Symbol.asyncDispose]()
    },
  }
}
