// The days that have a partition, of the two tables that devices fill. Read from the catalogue, where they stand under
// `partitions.<table>_<day>`: what a database has is what it says, and nothing beside it can go stale.

import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

export const PARTITIONED = ['decisions', 'audits'] as const
export type Partitioned = (typeof PARTITIONED)[number]

export const DAY_MS = 24 * 3_600_000

/** Days begin at midnight, UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS

/** `20261123`. */
const stampOf = (dayMs: number): string => new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')

/** Its name, to be put into SQL as it is. */
export const partitionOf = (table: Partitioned, dayMs: number): string =>
  `partitions.${table}_${stampOf(dayMs)}`

/** For those whose day no partition has: clocks that are far off, and what was there before there were partitions. */
export const defaultOf = (table: Partitioned): string => `partitions.${table}_default`

/** In ascending order. */
export async function partitionDays(db: Db, table: Partitioned): Promise<number[]> {
  const { rows } = await db.execute(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${table}::regclass and c.relname ~ '_[0-9]{8}$' order by 1`)
  return (rows as { name: string }[]).map(({ name }) => {
    const stamp = name.slice(-8)
    return Date.parse(`${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6)}T00:00:00Z`)
  })
}

/** What lies before it may have been stored and dropped; null where there are no partitions. */
export const oldestDayMs = async (db: Db, table: Partitioned): Promise<number | null> =>
  (await partitionDays(db, table))[0] ?? null
