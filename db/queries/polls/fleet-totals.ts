// How many devices there are, how many rollouts and jobs, as numbers for a monitor: one count each, whatever the fleet's
// size.

import { inArray, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { jobs } from '../../schema/jobs.ts'
import { devices } from '../../schema/profile.ts'
import { stagedRollouts } from '../../schema/rollout.ts'

const count = sql<number>`count(*)::int`

/** `silent`: has not asked for anything for `silentAfterS` seconds, or never. */
export function countDevices(db: Db, silentAfterS: number) {
  const state = sql<'seen' | 'silent' | 'revoked'>`case
    when ${devices.revokedAt} is not null then 'revoked'
    when ${devices.lastSeenAt} > now() - make_interval(secs => ${silentAfterS}) then 'seen'
    else 'silent' end`
  return db.select({ tier: devices.tier, state, count }).from(devices).groupBy(devices.tier, sql`2`)
}

/** As a device said last; `silent` of those that are not revoked. */
export async function fleetTotals(db: Db, silentAfterS: number) {
  const rows = await db
    .select({
      state: devices.state,
      count,
      silent: sql<number>`(count(*) filter (where ${devices.revokedAt} is null and (${devices.lastSeenAt} is null
        or ${devices.lastSeenAt} < now() - make_interval(secs => ${silentAfterS}))))::int`,
    })
    .from(devices)
    .groupBy(devices.state)
  const states: Partial<Record<(typeof rows)[number]['state'], number>> = {}
  for (const row of rows) states[row.state] = row.count
  return { states, silent: rows.reduce((sum, row) => sum + row.silent, 0) }
}

export const countRollouts = (db: Db) =>
  db.select({ state: stagedRollouts.state, count }).from(stagedRollouts).groupBy(stagedRollouts.state)

/** Those that wait or run, and how long the first of them has waited for a worker. */
export const countJobs = (db: Db) =>
  db
    .select({
      kind: jobs.kind,
      state: sql<'queued' | 'running'>`${jobs.state}`,
      count,
      oldestS: sql<number>`extract(epoch from now() - min(${jobs.queuedAt}))::float8`,
    })
    .from(jobs)
    .where(inArray(jobs.state, ['queued', 'running']))
    .groupBy(jobs.kind, jobs.state)
