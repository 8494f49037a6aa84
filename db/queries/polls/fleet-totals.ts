// How many devices there are and how many rollouts run, as numbers for a monitor: two counts, whatever the fleet's size.

import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { devices } from '../../schema/profile.ts'
import { stagedRollouts } from '../../schema/rollout.ts'

export interface FleetTotals {
  readonly devices: readonly { tier: string; state: 'seen' | 'silent' | 'revoked'; count: number }[]
  readonly rollouts: readonly { state: string; count: number }[]
}

/** `silent`: has not asked for anything for `silentAfterS` seconds, or never. */
export async function fleetTotals(db: Db, silentAfterS: number): Promise<FleetTotals> {
  const state = sql<FleetTotals['devices'][number]['state']>`case
    when ${devices.revokedAt} is not null then 'revoked'
    when ${devices.lastSeenAt} > now() - make_interval(secs => ${silentAfterS}) then 'seen'
    else 'silent' end`
  const count = sql<number>`count(*)::int`
  return {
    devices: await db
      .select({ tier: devices.tier, state, count })
      .from(devices)
      .groupBy(devices.tier, sql`2`),
    rollouts: await db
      .select({ state: stagedRollouts.state, count })
      .from(stagedRollouts)
      .groupBy(stagedRollouts.state),
  }
}
