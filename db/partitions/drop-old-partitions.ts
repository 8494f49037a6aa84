// Retention: whole days go as tables, which costs the same for ten rows and for ten million and leaves nothing to
// vacuum. What they added up to was written when they were stored and stays (queries/observe/decision-hours.ts).
//
// The default partition is no day. Its rows go one stretch after the other, by their own time or, where a device's
// clock was off by more than a day, by when they came: a device that believes in 1970 is kept as long as any other.

import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { lockPartitions, WAIT_MAX } from './ensure-partitions.ts'
import {
  DAY_MS,
  dayOf,
  defaultOf,
  PARTITIONED,
  type Partitioned,
  partitionDays,
  partitionOf,
} from './partition-days.ts'

/** A transaction of about a tenth of a second. */
const ROWS_MAX = 10_000

export interface Dropped {
  /** Partitions, by name. */
  readonly dropped: readonly string[]
  /** Rows of the default partitions. */
  readonly rows: number
}

/** Days that ended `days` days ago or earlier. */
export async function dropOldPartitions(db: Db, days: number, now = new Date()): Promise<Dropped> {
  const before = dayOf(now.getTime()) - days * DAY_MS
  const dropped: string[] = []
  let rows = 0
  for (const table of PARTITIONED) {
    for (const day of await partitionDays(db, table))
      if (day < before && (await dropPartition(db, table, day))) dropped.push(partitionOf(table, day))
    rows += await deleteFromDefault(db, table, before)
  }
  return { dropped, rows }
}

/** False where somebody else has dropped it. */
async function dropPartition(db: Db, table: Partitioned, day: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockPartitions(tx)
    if (!(await partitionDays(tx, table)).includes(day)) return false
    await tx.execute(WAIT_MAX)
    await tx.execute(sql.raw(`drop table ${partitionOf(table, day)}`))
    return true
  })
}

async function deleteFromDefault(db: Db, table: Partitioned, before: number): Promise<number> {
  const rest = sql.raw(defaultOf(table))
  const instant = new Date(before).toISOString()
  for (let deleted = 0; ; ) {
    const { rowCount } = await db.execute(sql`delete from ${rest} where ctid = any(array(
      select ctid from ${rest} where arrived_at < ${instant}
      union all select ctid from ${rest} where at < ${instant} and arrived_at is null
      limit ${ROWS_MAX}))`)
    deleted += rowCount ?? 0
    if ((rowCount ?? 0) < ROWS_MAX) return deleted
  }
}
