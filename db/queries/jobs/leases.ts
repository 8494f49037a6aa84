// Leases: work that one process at a time does for all, such as driving rollouts. A lease is renewed while it is kept
// and runs out by itself, so that whoever dies is followed within `ttlMs`. It spares work and decides nothing: what is
// done under it must be right where two do it at once, as for a moment they may.

import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { leases } from '../../schema/jobs.ts'

/** Takes the lease, or renews it; false where somebody else has it. The clock is the database's. */
export async function holdLease(db: Db, name: string, holder: string, ttlMs: number): Promise<boolean> {
  const until = sql`now() + ${ttlMs} * interval '1 millisecond'`
  const rows = await db
    .insert(leases)
    .values({ name, holder, until })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder, until },
      setWhere: sql`${leases.holder} = ${holder} or ${leases.until} < now()`,
    })
    .returning({ name: leases.name })
  return rows.length > 0
}

/** So that the next one need not wait for its end. */
export async function leaveLease(db: Db, name: string, holder: string): Promise<void> {
  await db.delete(leases).where(and(eq(leases.name, name), eq(leases.holder, holder)))
}
