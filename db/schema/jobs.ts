// The control plane's own work (training, evaluation, housekeeping): what was asked, how far it is, what came of it.
// The rows are the truth; pg-boss, in its schema `pgboss`, only tells the workers of rows that wait. Whoever works on
// one shows it by a heartbeat, and by the number of the attempt, which fences off whoever had it before.

import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { WorkKind, WorkProgress, WorkState } from '#contract/api/jobs.ts'
import { bytes, createdAt, id, instant } from './columns.ts'

export const jobs = pgTable(
  'jobs',
  {
    id: id(),
    kind: text('kind').$type<WorkKind>().notNull(),
    state: text('state').$type<WorkState>().notNull().default('queued'),
    input: jsonb('input').$type<Readonly<Record<string, unknown>>>().notNull(),
    /** Two of a kind that are the same are never under way at once. */
    sameKey: text('same_key').notNull(),
    /** What it works on, where that has a row of its own: an evaluation. */
    subject: text('subject'),
    askedBy: text('asked_by').notNull(),
    progress: jsonb('progress').$type<WorkProgress>().notNull(),
    /** How often it was begun; whoever writes for an earlier one writes nothing. */
    attempt: integer('attempt').notNull().default(0),
    /** How often in a row whoever worked on it died without getting a step further. */
    deaths: integer('deaths').notNull().default(0),
    worker: text('worker'),
    heartbeatAt: instant('heartbeat_at'),
    result: jsonb('result').$type<Readonly<Record<string, unknown>>>(),
    /** A sentence: why it failed, or who cancelled it. */
    error: text('error'),
    createdAt: createdAt(),
    queuedAt: instant('queued_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    check('jobs_state', sql`${t.state} in ('queued', 'running', 'done', 'failed', 'cancelled')`),
    check(
      'jobs_worker',
      sql`(${t.state} = 'running') = (${t.worker} is not null) and (${t.state} = 'running') = (${t.heartbeatAt} is not null)`,
    ),
    check('jobs_result', sql`(${t.state} = 'done') = (${t.result} is not null)`),
    check('jobs_error', sql`(${t.state} in ('failed', 'cancelled')) = (${t.error} is not null)`),
    check('jobs_finished', sql`(${t.state} in ('queued', 'running')) = (${t.finishedAt} is null)`),
    // A double click is one job.
    uniqueIndex('jobs_one_under_way').on(t.kind, t.sameKey).where(sql`${t.state} in ('queued', 'running')`),
    index('jobs_under_way').on(t.state, t.queuedAt).where(sql`${t.state} in ('queued', 'running')`),
    index('jobs_newest').on(t.createdAt, t.id),
    index('jobs_subject').on(t.subject),
  ],
)

/** What a job that is under way has computed so far: whoever takes it up goes on from there. */
export const jobSteps = pgTable(
  'job_steps',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** The code that computed it: another build computes it anew. */
    build: text('build').notNull(),
    value: bytes('value').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.name] })],
)

/** Work that one process does for all of them: who has it, and until when it keeps it without a word. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: instant('until').notNull(),
})
