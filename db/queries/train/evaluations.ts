// Evaluations of pairs, from the start to the report. Only a running one changes: what ends it first stays, so a
// child that answers after its control plane was started anew changes nothing.

import { and, eq, notExists, sql } from 'drizzle-orm'
import type { EvaluationOptions, EvaluationProgress } from '#contract/results/evaluation-options.ts'
import type { PairReport } from '#contract/results/pair-report.ts'
import { type Db, newId } from '../../db.ts'
import { jobs } from '../../schema/jobs.ts'
import { evaluations } from '../../schema/train.ts'

export type EvaluationRow = typeof evaluations.$inferSelect

const NOT_BEGUN: EvaluationProgress = { stage: 'start', done: 0, total: 1 }

const running = (id: string) => and(eq(evaluations.id, id), eq(evaluations.state, 'running'))

/** A new one, or the one that runs already for the same selection and options. */
export async function ensureEvaluation(
  db: Db,
  selectionId: string,
  options: EvaluationOptions,
): Promise<{ row: EvaluationRow; isNew: boolean }> {
  // The running one may end between the two statements: then the next try makes a new one.
  for (;;) {
    const [made] = await db
      .insert(evaluations)
      .values({ id: newId('evl'), selectionId, options, progress: NOT_BEGUN })
      .onConflictDoNothing()
      .returning()
    if (made) return { row: made, isNew: true }
    const same = and(
      eq(evaluations.selectionId, selectionId),
      eq(evaluations.state, 'running'),
      sql`${evaluations.options} = ${JSON.stringify(options)}::jsonb`,
    )
    const [row] = await db.select().from(evaluations).where(same)
    if (row) return { row, isNew: false }
  }
}

export async function findEvaluation(db: Db, id: string): Promise<EvaluationRow | undefined> {
  const [row] = await db.select().from(evaluations).where(eq(evaluations.id, id))
  return row
}

export async function recordProgress(db: Db, id: string, progress: EvaluationProgress): Promise<void> {
  await db.update(evaluations).set({ progress }).where(running(id))
}

export async function finishEvaluation(db: Db, id: string, report: PairReport): Promise<void> {
  await db.update(evaluations).set({ state: 'done', report, finishedAt: sql`now()` }).where(running(id))
}

export async function failEvaluation(db: Db, id: string, error: string): Promise<void> {
  await db.update(evaluations).set({ state: 'failed', error, finishedAt: sql`now()` }).where(running(id))
}

/** Of before there were jobs: nobody computes them. */
export function evaluationsWithoutJob(db: Db): Promise<{ id: string }[]> {
  const itsJob = db.select({ id: jobs.id }).from(jobs).where(eq(jobs.subject, evaluations.id))
  return db
    .select({ id: evaluations.id })
    .from(evaluations)
    .where(and(eq(evaluations.state, 'running'), notExists(itsJob)))
}
