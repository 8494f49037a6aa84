// pg-boss, the queue that tells workers of jobs that wait, over a connection of ours: what is sent or taken inside a
// transaction comes and goes with it, so that a row and its message are never apart. A ticket names a job and holds
// nothing else. pg-boss's tables are made by our migrations: no process changes the schema while it runs.

import { sql } from 'drizzle-orm'
import PgBoss from 'pg-boss'
import type { WorkKind } from '#contract/api/jobs.ts'
import type { Db } from '../db.ts'

/** `compute` seconds to minutes, `long` minutes to hours, `housekeeping` little but SQL. */
export const QUEUES = ['compute', 'long', 'housekeeping'] as const
export type Queue = (typeof QUEUES)[number]

export const QUEUE_OF: Readonly<Record<WorkKind, Queue>> = {
  training: 'compute',
  'forest-import': 'compute',
  evaluation: 'long',
  'decision-roll-up': 'housekeeping',
  'decision-retention': 'housekeeping',
}

/** pg-boss forgets what waits for longer than this; nobody would wait for years. */
const TICKET_KEPT_DAYS = 3_650

/** pg-boss's statements by way of drizzle, whose transactions hide the connection. */
export const statementsOver = (db: Db): PgBoss.Db => ({
  async executeSql(text: string, values: unknown[] = []) {
    const parts = text
      .split(/\$(\d+)/)
      .map((part, i) => (i % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1] ?? null)}`))
    return db.execute(sql.join(parts))
  },
})

const bossOver = (db: Db): PgBoss =>
  new PgBoss({ db: statementsOver(db), migrate: false, supervise: false, schedule: false })

export async function sendTicket(db: Db, queue: Queue, jobId: string): Promise<void> {
  await bossOver(db).send(queue, { job: jobId }, { singletonKey: jobId, retentionDays: TICKET_KEPT_DAYS })
}

/** The next job's id: the ticket is used up as the transaction commits, and is back where it does not. */
export async function takeTicket(tx: Db, queue: Queue): Promise<string | undefined> {
  const boss = bossOver(tx)
  const [ticket] = await boss.fetch<{ job: string }>(queue)
  if (!ticket) return undefined
  await boss.deleteJob(queue, ticket.id)
  return ticket.data.job
}
