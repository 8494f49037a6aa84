// Jobs as those see them who ask for them and look at them. What workers do to them: job-work.ts.

import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { WorkKind } from '#contract/api/jobs.ts'
import { type Db, newId } from '../../db.ts'
import { QUEUE_OF, sendTicket } from '../../job-queue/boss.ts'
import { jobs } from '../../schema/jobs.ts'
import { clearJob } from './clear-job.ts'

export type JobRow = typeof jobs.$inferSelect

export interface JobDraft {
  readonly kind: WorkKind
  readonly input: Readonly<Record<string, unknown>>
  /** Two of a kind with the same key are one while the first is under way. */
  readonly sameKey: string
  readonly subject?: string
  readonly askedBy: string
}

const underWay = inArray(jobs.state, ['queued', 'running'])

/** A new one with its ticket, or the same one that is under way. */
export async function ensureJob(db: Db, draft: JobDraft): Promise<{ job: JobRow; isNew: boolean }> {
  const progress = { step: 'waiting', done: 0, total: 1 }
  // The one under way may end between the two statements: then the next try makes a new one.
  for (;;) {
    const made = await db.transaction(async (tx) => {
      const [row] = await tx
        .insert(jobs)
        .values({ id: newId('job'), progress, ...draft })
        .onConflictDoNothing()
        .returning()
      if (row) await sendTicket(tx, QUEUE_OF[row.kind], row.id)
      return row
    })
    if (made) return { job: made, isNew: true }
    const [row] = await db
      .select()
      .from(jobs)
      .where(and(eq(jobs.kind, draft.kind), eq(jobs.sameKey, draft.sameKey), underWay))
    if (row) return { job: row, isNew: false }
  }
}

export async function findJob(db: Db, id: string): Promise<JobRow | undefined> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id))
  return row
}

/** The newest that worked on something. */
export async function findJobOf(db: Db, subject: string): Promise<JobRow | undefined> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(eq(jobs.subject, subject))
    .orderBy(desc(jobs.createdAt))
    .limit(1)
  return row
}

/** The row as it is then, or undefined where it had ended before. Whoever works on it learns by its heartbeat. */
export function cancelJob(db: Db, id: string, words: string): Promise<JobRow | undefined> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({ state: 'cancelled', error: words, worker: null, heartbeatAt: null, finishedAt: sql`now()` })
      .where(and(eq(jobs.id, id), underWay))
      .returning()
    if (row) await clearJob(tx, row)
    return row
  })
}
