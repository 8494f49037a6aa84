// Figures over months, from the hours: they stay when decisions go. Counts of buckets are added up by PostgreSQL, place
// by place, so that what comes over the wire is a row for each line of the answer, however many hours it is made of.

import { and, asc, type Column, eq, gte, lt, sql } from 'drizzle-orm'
import { BUCKETS, ENERGY_LEAST_J, LATENCY_LEAST_MS, quantileOf } from '#core/observe/log-histogram.ts'
import type { Db } from '../../db.ts'
import { decisionHours } from '../../schema/decision-hours.ts'

export interface FiguresAsk {
  readonly from: Date
  readonly before: Date
  readonly by: 'hour' | 'day' | 'month'
  readonly deploymentId?: string | undefined
  readonly group?: string | undefined
  readonly tier?: string | undefined
}

const t = decisionHours
const total = (column: Column) => sql<number>`sum(${column})::float8`
/** Its arrays count from 1. */
const places = (column: Column) =>
  sql<number[]>`array[${sql.join(
    Array.from({ length: BUCKETS }, (_, b) => sql`sum(${column}[${sql.raw(String(b + 1))}])::float8`),
    sql`, `,
  )}]`

/** A line for each period, deployment, tier and reason; medians and 95th percentiles are estimates (log-histogram.ts). */
export async function decisionFigures(db: Db, ask: FiguresAsk) {
  const period = sql<string>`to_char(date_trunc(${sql.raw(`'${ask.by}'`)}, ${t.hour}, 'UTC') at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
  const rows = await db
    .select({
      period,
      deploymentId: t.deploymentId,
      tier: t.tier,
      reason: t.reason,
      images: total(t.images),
      byFallback: total(t.byFallback),
      latencySumMs: total(t.latencySumMs),
      energySumJ: total(t.energySumJ),
      audits: total(t.audits),
      disagreed: total(t.disagreed),
      latencyCounts: places(t.latencyCounts),
      energyCounts: places(t.energyCounts),
    })
    .from(t)
    .where(
      and(
        gte(t.hour, ask.from),
        lt(t.hour, ask.before),
        ask.deploymentId === undefined ? undefined : eq(t.deploymentId, ask.deploymentId),
        ask.group === undefined ? undefined : eq(t.groupName, ask.group),
        ask.tier === undefined ? undefined : eq(t.tier, ask.tier),
      ),
    )
    .groupBy(sql`1`, t.deploymentId, t.tier, t.reason)
    .orderBy(sql`1`, asc(t.deploymentId), asc(t.tier), asc(t.reason))
  return rows.map(({ latencyCounts, energyCounts, latencySumMs, energySumJ, ...row }) => ({
    ...row,
    latencyMeanMs: row.images === 0 ? null : latencySumMs / row.images,
    latencyP50Ms: quantileOf(latencyCounts, 0.5, LATENCY_LEAST_MS),
    latencyP95Ms: quantileOf(latencyCounts, 0.95, LATENCY_LEAST_MS),
    energyJ: energySumJ,
    energyP50J: quantileOf(energyCounts, 0.5, ENERGY_LEAST_J),
    energyP95J: quantileOf(energyCounts, 0.95, ENERGY_LEAST_J),
  }))
}
