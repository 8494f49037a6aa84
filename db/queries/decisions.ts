// What the decisions that are stored say: the newest, what each device's add up to, and how a deployment does. How they
// are stored is observe/store-decisions.ts, pages of them are observe/decision-pages.ts.

import { and, count, eq, gte, sql } from 'drizzle-orm'
import type { DecisionRecord } from '#contract/decision.ts'
import type { QualityFigures } from '#contract/rollout.ts'
import type { Db } from '../db.ts'
import { decisionMarks } from '../schema/decision-hours.ts'
import { decisions } from '../schema/observe.ts'
import { auditCounts } from './observe/audits.ts'
import { storeDecisions } from './observe/store-decisions.ts'

/** Of one device. */
export async function insertDecisions(db: Db, deviceId: string, records: readonly DecisionRecord[]) {
  if (records.length > 0) await storeDecisions(db, [{ deviceId, decisions: records, audits: [] }])
}

/** The number up to which decisions and audits of the device are stored. */
export async function lastDecision(db: Db, deviceId: string): Promise<number> {
  const [row] = await db
    .select({ upTo: decisionMarks.upTo })
    .from(decisionMarks)
    .where(eq(decisionMarks.deviceId, deviceId))
  return row?.upTo ?? 0
}

export interface DecisionFilter {
  readonly since: Date
  readonly deviceId?: string | undefined
}

/** How many images each tier answered and why, per deployment. */
export async function decisionTotals(db: Db, filter: DecisionFilter) {
  return db
    .select({
      deviceId: decisions.deviceId,
      deploymentId: decisions.deploymentId,
      tier: decisions.tier,
      reason: decisions.reason,
      images: count(),
      // No image costs more: one device that tells nonsense must not make the sum overflow for all.
      energyJ: sql<number>`sum(least(${decisions.energyJ}, 1e9))`.mapWith(Number),
      latencyMeanMs: sql<number>`avg(least(${decisions.totalMs}, 1e9))::float8`,
    })
    .from(decisions)
    .where(
      and(
        gte(decisions.at, filter.since),
        filter.deviceId === undefined ? undefined : eq(decisions.deviceId, filter.deviceId),
      ),
    )
    .groupBy(decisions.deviceId, decisions.deploymentId, decisions.tier, decisions.reason)
}

export const NO_FIGURES: QualityFigures = {
  decisions: 0,
  offloadShare: null,
  fallbackShare: null,
  edgeFailureShare: null,
  latencyP95Ms: null,
  disagreement: null,
  audits: 0,
}

export interface QualityOf {
  readonly deploymentId: string
  readonly deviceIds: readonly string[]
  readonly since: Date
  /** As many are looked at where there are so many. */
  readonly atLeast?: number
}

/** A share of so many is known to a point in 95 of 100 cases; a deployment may have a hundred times as many a day. */
const NEWEST = 10_000

/**
 * How a deployment does on some devices, by the newest of their decisions: 10,000, or `atLeast` where that is more.
 * Disagreement is that of the images that were audited, and unknown without any. `at` is the devices' own time: what a
 * device with a slow clock answered just after `since` may be missed.
 */
export async function qualityOf(db: Db, of: QualityOf): Promise<QualityFigures> {
  if (of.deviceIds.length === 0) return NO_FIGURES
  // `offset 0` keeps the devices out of the inner query, so that it is read from the newest on until there are enough.
  // Else the planner, which takes devices and deployments for independent, expects a handful and sorts all there are.
  const { rows } = await db.execute(sql`
    select count(*)::integer as decisions,
      avg((tier = 'edge')::int)::float8 as "offloadShare",
      avg(by_fallback::int)::float8 as "fallbackShare",
      avg((reason in ('edge-error', 'deadline', 'breaker-open'))::int)::float8 as "edgeFailureShare",
      percentile_disc(0.95) within group (order by total_ms)::float8 as "latencyP95Ms"
    from (
      select * from (
        select device_id, at, tier, reason, by_fallback, total_ms from decisions
        where deployment_id = ${of.deploymentId} and at >= ${of.since.toISOString()}
        order by at desc offset 0) ordered
      where device_id = any(${sql.param([...of.deviceIds])}::text[])
      order by at desc limit ${Math.max(NEWEST, of.atLeast ?? 0)}) newest`)
  const figures = rows[0] as unknown as Omit<QualityFigures, 'disagreement' | 'audits'>
  const { audits, disagreed } = await auditCounts(db, of)
  return { ...figures, disagreement: audits === 0 ? null : disagreed / audits, audits }
}
