// The watch over jobs whose worker has fallen silent: they go to whoever comes next, in every control plane and worker
// at once, since nobody can say who will be left. Who is silent is told by the database's clock alone.
//
// Where the database itself was away, nobody could show life: a watch that has not seen it for a while waits as long
// as a silence lasts before it judges anybody.

import { setTimeout as sleep } from 'node:timers/promises'
import { reissueTickets, silentJobs } from '#db/queries/jobs/job-work.ts'
import type { JobContext } from '../kinds/job-port.ts'
import { mourn } from './run-job.ts'

/** Six heartbeats: a machine with work on every core may be late, and ten seconds are what a job may stand still. */
export const SILENCE_MS = 6_000
const LOOK_EVERY_MS = 1_000
/** Only a restored database lacks tickets. */
const TICKETS_EVERY_MS = 60_000

export function watchJobs(ctx: Pick<JobContext, 'db' | 'log'>): AsyncDisposable {
  const stopping = new AbortController()
  const done = loop(ctx, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

async function loop(ctx: Pick<JobContext, 'db' | 'log'>, signal: AbortSignal): Promise<void> {
  let seenSince = performance.now()
  let ticketsAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    const from = performance.now()
    try {
      const silent = await silentJobs(ctx.db, SILENCE_MS)
      const hasSeen = from - seenSince >= SILENCE_MS
      for (const job of hasSeen ? silent : []) await mourn(ctx, job, SILENCE_MS)
      if (from - ticketsAt > TICKETS_EVERY_MS) {
        const count = await reissueTickets(ctx.db)
        if (count > 0) ctx.log.warn({ count }, 'jobs that waited had no ticket')
        ticketsAt = from
      }
    } catch (err) {
      ctx.log.warn({ err }, 'silent jobs could not be looked for')
      seenSince = performance.now()
    }
    // This process stood still itself, or its statements did.
    if (performance.now() - from > SILENCE_MS / 2) seenSince = performance.now()
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
