// What a worker does to a job: takes it, shows that it lives, keeps what it has computed, ends it or gives it back.
// Every statement names the attempt that it speaks for and changes nothing where that is not the one that runs: a
// worker that was given up, or whose job was cancelled, can do no harm, however late it writes.

import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { WorkProgress } from '#contract/api/jobs.ts'
import type { Db } from '../../db.ts'
import { QUEUE_OF, type Queue, sendTicket, takeTicket, withoutTicket } from '../../job-queue/boss.ts'
import { jobSteps, jobs } from '../../schema/jobs.ts'
import { recordProgress as recordEvaluationProgress } from '../train/evaluations.ts'
import { clearJob } from './clear-job.ts'
import type { JobRow } from './jobs.ts'

export interface Attempt {
  readonly id: string
  readonly attempt: number
}

const running = ({ id, attempt }: Attempt) =>
  and(eq(jobs.id, id), eq(jobs.attempt, attempt), eq(jobs.state, 'running'))

const silentFor = (ms: number) => lte(jobs.heartbeatAt, sql`now() - ${ms} * interval '1 millisecond'`)

const IDLE = { worker: null, heartbeatAt: null }

/** The queues that have something waiting, in one cheap statement. */
export async function waitingQueues(db: Db): Promise<Set<Queue>> {
  const rows = await db.selectDistinct({ kind: jobs.kind }).from(jobs).where(eq(jobs.state, 'queued'))
  return new Set(rows.map(({ kind }) => QUEUE_OF[kind]))
}

/** Ticket and row in one transaction: whoever dies in here has taken nothing. */
export function takeJob(db: Db, queue: Queue, worker: string): Promise<JobRow | undefined> {
  return db.transaction(async (tx) => {
    for (;;) {
      const id = await takeTicket(tx, queue)
      if (id === undefined) return undefined
      const [row] = await tx
        .update(jobs)
        .set({
          ...{ state: 'running', worker, heartbeatAt: sql`now()`, attempt: sql`${jobs.attempt} + 1` },
          startedAt: sql`coalesce(${jobs.startedAt}, now())`,
        })
        .where(and(eq(jobs.id, id), eq(jobs.state, 'queued')))
        .returning()
      // None where it was cancelled while it waited: its ticket goes as well.
      if (row) return row
    }
  })
}

/** Answers those that are still this worker's. */
export async function beat(db: Db, worker: string, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .update(jobs)
    .set({ heartbeatAt: sql`now()` })
    .where(and(eq(jobs.worker, worker), eq(jobs.state, 'running'), inArray(jobs.id, [...ids])))
    .returning({ id: jobs.id, attempt: jobs.attempt })
  return new Map(rows.map((row) => [row.id, row.attempt]))
}

export async function recordProgress(db: Db, attempt: Attempt, progress: WorkProgress): Promise<void> {
  const [row] = await db.update(jobs).set({ progress }).where(running(attempt)).returning()
  if (row?.kind !== 'evaluation') return
  const { step: stage, done, total } = progress
  await recordEvaluationProgress(db, row.subject!, { stage, done, total })
}

/** A step further: whatever killed its workers before has been got past. */
export async function keepStep(
  db: Db,
  attempt: Attempt,
  step: { readonly name: string; readonly build: string; readonly value: Buffer },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [own] = await tx.update(jobs).set({ deaths: 0 }).where(running(attempt)).returning({ id: jobs.id })
    if (!own) return
    const { build, value } = step
    await tx
      .insert(jobSteps)
      .values({ jobId: attempt.id, ...step })
      .onConflictDoUpdate({ target: [jobSteps.jobId, jobSteps.name], set: { build, value } })
  })
}

export async function keptSteps(db: Db, id: string, build: string): Promise<Map<string, Buffer>> {
  const rows = await db
    .select({ name: jobSteps.name, value: jobSteps.value })
    .from(jobSteps)
    .where(and(eq(jobSteps.jobId, id), eq(jobSteps.build, build)))
  return new Map(rows.map(({ name, value }) => [name, value]))
}

/** False where the attempt is no longer the one that runs: then whatever was made with it must not stand. */
export function endJob(
  db: Db,
  attempt: Attempt,
  end:
    | { readonly state: 'done'; readonly result: JobRow['result'] & {} }
    | { readonly state: 'failed'; readonly error: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({ ...IDLE, ...end, finishedAt: sql`now()` })
      .where(running(attempt))
      .returning()
    if (row) await clearJob(tx, row)
    return row !== undefined
  })
}

/** Back to whoever comes next, as if it had not been begun. */
export function giveBack(db: Db, attempt: Attempt): Promise<void> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({ ...IDLE, state: 'queued', queuedAt: sql`now()` })
      .where(running(attempt))
      .returning()
    if (row) await sendTicket(tx, QUEUE_OF[row.kind], row.id)
  })
}

export interface Mourning {
  /** Only where the worker has been silent for so long by now. */
  readonly silentMs: number
  /** So many in a row, and the job is given up. */
  readonly deathsMax: number
  words(deaths: number): string
}

/** Whoever worked on it died: back to whoever comes next, or failed. Undefined where the attempt does not run any more. */
export function afterDeath(
  db: Db,
  attempt: Attempt,
  { silentMs, deathsMax, words }: Mourning,
): Promise<JobRow | undefined> {
  return db.transaction(async (tx) => {
    const its = and(running(attempt), silentFor(silentMs))
    const [row] = await tx.select().from(jobs).where(its).for('update')
    if (!row) return undefined
    const deaths = row.deaths + 1
    const next =
      deaths < deathsMax
        ? { state: 'queued' as const, queuedAt: sql`now()` }
        : { state: 'failed' as const, error: words(deaths), finishedAt: sql`now()` }
    const [now] = await tx
      .update(jobs)
      .set({ ...IDLE, deaths, ...next })
      .where(eq(jobs.id, row.id))
      .returning()
    if (deaths < deathsMax) await sendTicket(tx, QUEUE_OF[row.kind], row.id)
    else await clearJob(tx, now!)
    return now
  })
}

/** Jobs that wait and have no ticket get one; answers how many. A second ticket of a job does no harm. */
export async function reissueTickets(db: Db): Promise<number> {
  const waiting = await db.select({ id: jobs.id, kind: jobs.kind }).from(jobs).where(eq(jobs.state, 'queued'))
  if (waiting.length === 0) return 0
  const lost = await withoutTicket(
    db,
    waiting.map(({ id }) => id),
  )
  for (const { id, kind } of waiting) if (lost.includes(id)) await sendTicket(db, QUEUE_OF[kind], id)
  return lost.length
}

/** Those whose worker has not been heard of for so long. The clock is the database's. */
export function silentJobs(db: Db, silenceMs: number): Promise<JobRow[]> {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.state, 'running'), silentFor(silenceMs)))
}
