// A partition for each day before its first row comes. Any number of control planes may ask for the same at once: they
// take turns, and who comes second finds it done. A day whose rows have come first, as today's have where a database
// is just getting its partitions, takes them along from the default partition.
//
// Made as a table of its own and attached: that leaves the partitioned table open to all, and only the default partition
// is closed for as long as rows are moved out of it and the rest is looked through. Who waits for that lock makes all wait
// that come behind, so it gives up soon and is run again.

import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import {
  DAY_MS,
  dayOf,
  defaultOf,
  PARTITIONED,
  type Partitioned,
  partitionDays,
  partitionOf,
} from './partition-days.ts'

/** A control plane that is away for this long comes back to partitions that are there. */
const DAYS_AHEAD = 3

export interface PartitionsMade {
  /** By name. */
  readonly made: readonly string[]
}

/** For yesterday, which clocks that are a little slow still tell of, for today and the next days, and where need is. */
export async function ensurePartitions(db: Db, keptDays: number, now = new Date()): Promise<PartitionsMade> {
  const made: string[] = []
  const today = dayOf(now.getTime())
  const ahead = Array.from({ length: DAYS_AHEAD + 2 }, (_, i) => today + (i - 1) * DAY_MS)
  for (const table of PARTITIONED) {
    const there = new Set(await partitionDays(db, table))
    const needed = await daysInDefault(db, table, { from: today - keptDays * DAY_MS, to: today - DAY_MS })
    for (const day of [...needed, ...ahead])
      if (!there.has(day) && (await makePartition(db, table, day))) made.push(partitionOf(table, day))
  }
  return { made }
}

/** More rows than these are not moved, but stay until they go: others would wait for seconds. */
const MOVED_MAX = 200_000

/** Of days that retention still keeps, as when devices were cut off for a week and hand in what they did. */
async function daysInDefault(
  db: Db,
  table: Partitioned,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number[]> {
  const rest = sql.raw(defaultOf(table))
  const days: number[] = []
  // A look at the index for each day: the table may hold millions.
  for (let day = from; day < to; day += DAY_MS) {
    const [start, end] = [day, day + DAY_MS].map((ms) => new Date(ms).toISOString())
    const { rows } = await db.execute(sql`
      select count(*)::integer as count from (
        select from ${rest} where at >= ${start} and at < ${end} limit ${MOVED_MAX + 1}) there`)
    const count = Number(rows[0]!.count)
    if (count > 0 && count <= MOVED_MAX) days.push(day)
  }
  return days
}

export const lockPartitions = (tx: Db) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('tandem.partitions', 0))`)

/** Whoever waits longer for a table gives up and is run again: all others would wait behind it. */
export const WAIT_MAX = sql.raw(`set local lock_timeout = '2s'`)

/** False where somebody else has made it. */
async function makePartition(db: Db, table: Partitioned, day: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockPartitions(tx)
    if ((await partitionDays(tx, table)).includes(day)) return false
    await tx.execute(WAIT_MAX)
    const [name, rest] = [partitionOf(table, day), defaultOf(table)]
    const [from, to] = [day, day + DAY_MS].map((ms) => `'${new Date(ms).toISOString()}'`)
    const run = (text: string) => tx.execute(sql.raw(text))
    // At once as strong as attaching will want it: who holds a lock and asks for a stronger one waits for another who
    // does the same. From here on nobody adds to the default partition, or rows of that day might come behind the move.
    await run(`lock table ${rest} in access exclusive mode`)
    await run(`create table ${name} (like ${table} including all)`)
    await run(`with moved as (delete from ${rest} where at >= ${from} and at < ${to} returning *)
      insert into ${name} select * from moved`)
    await run(`alter table ${table} attach partition ${name} for values from (${from}) to (${to})`)
    return true
  })
}
