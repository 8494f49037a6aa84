// A worker: takes jobs that wait, as many at once as it has places, shows by a heartbeat that it lives, and lets go of
// what is not its own any more. Any number of workers on any number of machines share the jobs of one database.
//
// Computations run in child processes, so that a place is about a core. Long ones leave a place to short ones, wherever
// there are two: nobody waits for an evaluation of hours to train a router in seconds. Housekeeping has a place of its
// own, since it is the database that works.

import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from '#db/job-queue/boss.ts'
import { beat, takeJob, waitingQueues } from '#db/queries/jobs/job-work.ts'
import type { JobContext } from '../kinds/job-port.ts'
import { type LettingGo, runJob } from './run-job.ts'

/** One cheap statement; whoever waits for a training does not feel it. */
const LOOK_EVERY_MS = 500
const BEAT_EVERY_MS = 1_000

interface Running {
  readonly attempt: number
  readonly queue: Queue
  readonly leaving: AbortController
  readonly done: Promise<void>
}

/** How many computations at once. */
export function startJobWorker(ctx: JobContext, places: number): AsyncDisposable {
  const name = `${os.hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`
  const running = new Map<string, Running>()
  const stopping = new AbortController()
  const loops = [
    every(LOOK_EVERY_MS, stopping.signal, () => takeWaiting(ctx, { name, places, running })),
    every(BEAT_EVERY_MS, stopping.signal, () => showLife(ctx, name, running)),
  ]
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await Promise.all(loops)
      for (const { leaving } of running.values()) leaving.abort('stopping' satisfies LettingGo)
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}

async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work()
    await sleep(ms, undefined, { signal }).catch(() => undefined)
  }
}

interface Places {
  readonly name: string
  readonly places: number
  readonly running: Map<string, Running>
}

function hasPlace({ places, running }: Places, queue: Queue): boolean {
  const count = (...queues: Queue[]) => [...running.values()].filter((r) => queues.includes(r.queue)).length
  if (queue === 'housekeeping') return count('housekeeping') === 0
  if (count('compute', 'long') >= places) return false
  return queue === 'compute' || count('long') < Math.max(1, places - 1)
}

/** Never rejects: what could not be taken is taken at the next look, or by somebody else. */
async function takeWaiting(ctx: JobContext, worker: Places): Promise<void> {
  try {
    const waiting = await waitingQueues(ctx.db)
    for (const queue of waiting)
      while (hasPlace(worker, queue) && (await takeOne(ctx, worker, queue))) {
        // As many as there are places.
      }
  } catch (err) {
    ctx.log.warn({ err }, 'jobs could not be looked for')
  }
}

async function takeOne(ctx: JobContext, { name, running }: Places, queue: Queue): Promise<boolean> {
  const job = await takeJob(ctx.db, queue, name)
  if (!job) return false
  const leaving = new AbortController()
  // Taken again by the same worker after it was given up: the earlier attempt is not ours any more.
  running.get(job.id)?.leaving.abort('lost' satisfies LettingGo)
  const done = runJob(ctx, job, leaving.signal).finally(() => {
    if (running.get(job.id)?.attempt === job.attempt) running.delete(job.id)
  })
  running.set(job.id, { attempt: job.attempt, queue, leaving, done })
  return true
}

async function showLife({ db, log }: JobContext, name: string, running: Map<string, Running>): Promise<void> {
  const asked = new Map([...running].map(([id, { attempt }]) => [id, attempt]))
  try {
    const own = await beat(db, name, [...asked.keys()])
    for (const [id, attempt] of asked)
      if (own.get(id) !== attempt && running.get(id)?.attempt === attempt)
        running.get(id)?.leaving.abort('lost' satisfies LettingGo)
  } catch (err) {
    log.warn({ err }, 'heartbeat of jobs could not be kept')
  }
}
