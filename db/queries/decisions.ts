// Decisions as devices report them; (device, sequence) makes a repeated upload harmless. Audits are numbered with
// them (observe/audits.ts).

import { and, count, desc, eq, gte, inArray, max, sql, sum } from 'drizzle-orm'
import type { DecisionRecord } from '#contract/decision.ts'
import type { QualityFigures } from '#contract/rollout.ts'
import type { Db } from '../db.ts'
import { decisions } from '../schema/observe.ts'
import { auditCounts } from './observe/audits.ts'

/** Rows a statement: 18 parameters each, 65,535 allowed. */
export async function insertDecisions(db: Db, deviceId: string, records: readonly DecisionRecord[]) {
  if (records.length === 0) return
  const rows = records.map(({ at, decision, ...r }) => ({
    ...r,
    deviceId,
    at: new Date(at),
    router: decision.router,
    routerVersion: decision.version,
    routerScore: decision.score,
    threshold: decision.threshold,
    reason: decision.reason,
  }))
  await db.insert(decisions).values(rows).onConflictDoNothing()
}

/** The largest sequence of a decision that is stored for the device. */
export async function lastDecision(db: Db, deviceId: string): Promise<number> {
  const [row] = await db
    .select({ m: max(decisions.sequence) })
    .from(decisions)
    .where(eq(decisions.deviceId, deviceId))
  return Number(row?.m ?? 0)
}

export async function listDecisions(db: Db, limit: number) {
  return db.select().from(decisions).orderBy(desc(decisions.at)).limit(limit)
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
      energyJ: sum(decisions.energyJ).mapWith(Number),
      latencyMeanMs: sql<number>`avg(${decisions.totalMs})::float8`,
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

const share = (condition: ReturnType<typeof sql>) => sql<number | null>`avg((${condition})::int)::float8`

export interface QualityOf {
  readonly deploymentId: string
  readonly deviceIds: readonly string[]
  readonly since: Date
}

/**
 * How a deployment does on some devices. Disagreement is that of the images that were audited, and unknown without any.
 * `at` is the devices' own time: what a device with a slow clock answered just after `since` may be missed.
 */
export async function qualityOf(db: Db, of: QualityOf): Promise<QualityFigures> {
  if (of.deviceIds.length === 0) return NO_FIGURES
  const [row] = await db
    .select({
      decisions: count(),
      offloadShare: share(sql`${decisions.tier} = 'edge'`),
      fallbackShare: share(sql`${decisions.byFallback}`),
      edgeFailureShare: share(sql`${decisions.reason} in ('edge-error', 'deadline', 'breaker-open')`),
      latencyP95Ms: sql<
        number | null
      >`percentile_disc(0.95) within group (order by ${decisions.totalMs})::float8`,
    })
    .from(decisions)
    .where(
      and(
        eq(decisions.deploymentId, of.deploymentId),
        gte(decisions.at, of.since),
        inArray(decisions.deviceId, [...of.deviceIds]),
      ),
    )
  const { audits, disagreed } = await auditCounts(db, of)
  return { ...row!, disagreement: audits === 0 ? null : disagreed / audits, audits }
}
