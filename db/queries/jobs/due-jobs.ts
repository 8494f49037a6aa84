// Housekeeping that is due, and the few rows that tell when it was last done.

import { and, desc, eq, gt, inArray, notInArray, sql } from 'drizzle-orm'
import type { WorkKind } from '#contract/api/jobs.ts'
import type { Db } from '../../db.ts'
import { jobs } from '../../schema/jobs.ts'
import { ensureJob } from './jobs.ts'

/** So that one can see how it went; a roll-up a minute would otherwise be half a million rows a year. */
const KEPT_OF_A_KIND = 20

/** Who asks for what nobody asked for. */
const ITSELF = 'the control plane'

/** Asks for it unless it was asked for within `everyMs`; the clock is the database's. */
export async function ensureDueJob(
  db: Db,
  { kind, everyMs, input }: { kind: WorkKind; everyMs: number; input: Readonly<Record<string, unknown>> },
): Promise<void> {
  const [recent] = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.kind, kind), gt(jobs.createdAt, sql`now() - ${everyMs} * interval '1 millisecond'`)))
    .limit(1)
  if (recent) return
  await ensureJob(db, { kind, input, sameKey: kind, askedBy: ITSELF })
  const newest = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(eq(jobs.kind, kind))
    .orderBy(desc(jobs.createdAt))
    .limit(KEPT_OF_A_KIND)
  await db
    .delete(jobs)
    .where(
      and(
        eq(jobs.kind, kind),
        notInArray(jobs.id, newest),
        inArray(jobs.state, ['done', 'failed', 'cancelled']),
      ),
    )
}
