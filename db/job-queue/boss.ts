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
  'artifact-collection': 'housekeeping',
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

/**
 * Of all that are said to wait, those that nobody would ever be told of: a database that was restored has the rows and
 * no tickets, since pg-boss's tables are no part of a backup. Reads pg-boss's table as its migration made it.
 */
export async function withoutTicket(db: Db, jobIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select waiting.id from unnest(${sql.param([...jobIds])}::text[]) waiting (id)
    where not exists (select from pgboss.job t where t.singleton_key = waiting.id and t.state < 'active')`)
  return rows.map(({ id }) => id)
}

/** The next job's id: the ticket is used up as the transaction commits, and is back where it does not. */
export async function takeTicket(tx: Db, queue: Queue): Promise<string | undefined> {
  const boss = bossOver(tx)
  const [ticket] = await boss.fetch<{ job: string }>(queue)
  if (!ticket) return undefined
  await boss.deleteJob(queue, ticket.id)
  return ticket.data.job
}
