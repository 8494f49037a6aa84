// What decisions add up to, hour by hour, for as long as anybody asks: written as deltas by the transaction that stores
// the decisions, moved into the hours by a roll-up. Moving is one transaction as well, so that a delta counts once,
// whoever dies; what was not moved yet is in no figure, for as long as a roll-up takes to come.

import { sql } from 'drizzle-orm'
import type { DecisionRecord } from '#contract/decision.ts'
import type { AuditRecord } from '#contract/observe/audit.ts'
import { BUCKETS, bucketOf, ENERGY_LEAST_J, LATENCY_LEAST_MS, noCounts } from '#core/observe/log-histogram.ts'
import { type Cell, copyRows } from '../../copy-rows.ts'
import type { Db } from '../../db.ts'
import { decisionDeltas, decisionHours } from '../../schema/decision-hours.ts'
import type { Arrived } from './store-decisions.ts'

export type HourRow = typeof decisionHours.$inferSelect

const HOUR_MS = 3_600_000
/** What no image takes and costs: one device that tells nonsense must not make every sum infinite. */
const SANE_MAX = 1e9
/** A decision is counted under its own hour unless its device's clock is known to be wrong: a spool holds days at most. */
const LATE_MAX_MS = 366 * 24 * HOUR_MS

function hourOf({ atMs, arrivedAtMs }: Arrived<unknown>): number {
  const isWrong = arrivedAtMs !== null && (atMs > arrivedAtMs || arrivedAtMs - atMs > LATE_MAX_MS)
  const ms = isWrong ? arrivedAtMs : atMs
  return Math.floor(ms / HOUR_MS) * HOUR_MS
}

const keyOf = (row: Pick<HourRow, 'hour' | 'deploymentId' | 'groupName' | 'tier' | 'reason'>): string =>
  JSON.stringify([row.hour.getTime(), row.deploymentId, row.groupName, row.tier, row.reason])

class HourSums {
  readonly #rows = new Map<string, HourRow>()

  get rows(): HourRow[] {
    return [...this.#rows.values()]
  }

  at(of: Arrived<{ readonly deploymentId: string }>, tier: string, reason: string): HourRow {
    const { record, groupName } = of
    const key = {
      hour: new Date(hourOf(of)),
      deploymentId: record.deploymentId,
      groupName,
      tier,
      reason,
    }
    return this.#found(keyOf(key), () => ({
      ...key,
      images: 0,
      byFallback: 0,
      latencySumMs: 0,
      energySumJ: 0,
      latencyCounts: noCounts(),
      energyCounts: noCounts(),
      audits: 0,
      disagreed: 0,
    }))
  }

  #found(key: string, make: () => HourRow): HourRow {
    const found = this.#rows.get(key)
    if (found) return found
    const made = make()
    this.#rows.set(key, made)
    return made
  }

  add(row: HourRow): void {
    const sum = this.#found(keyOf(row), () => row)
    if (sum === row) return
    for (const count of COUNTS) sum[count] += row[count]
    for (let b = 0; b < BUCKETS; b++) {
      sum.latencyCounts[b]! += row.latencyCounts[b]!
      sum.energyCounts[b]! += row.energyCounts[b]!
    }
  }
}

const COUNTS = ['images', 'byFallback', 'latencySumMs', 'energySumJ', 'audits', 'disagreed'] as const

export interface Fresh {
  readonly decisions: readonly Arrived<DecisionRecord>[]
  readonly audits: readonly Arrived<AuditRecord>[]
}

export async function insertDeltas(tx: Db, { decisions, audits }: Fresh): Promise<void> {
  const sums = new HourSums()
  for (const arrived of decisions) {
    const { tier, decision, byFallback, totalMs, energyJ } = arrived.record
    const row = sums.at(arrived, tier, decision.reason)
    row.images++
    if (byFallback) row.byFallback++
    row.latencySumMs += Math.min(totalMs, SANE_MAX)
    row.energySumJ += Math.min(energyJ, SANE_MAX)
    row.latencyCounts[bucketOf(totalMs, LATENCY_LEAST_MS)]!++
    row.energyCounts[bucketOf(energyJ, ENERGY_LEAST_J)]!++
  }
  for (const arrived of audits) {
    const row = sums.at(arrived, 'local', 'routed')
    row.audits++
    if (arrived.record.local.label !== arrived.record.edge.label) row.disagreed++
  }
  const { rows } = sums
  if (rows.length > 0) await copyRows(tx, DELTAS, rows.map(deltaRow))
}

const DELTAS = `decision_deltas (hour, deployment_id, group_name, tier, reason, images, by_fallback, latency_sum_ms,
  energy_sum_j, latency_counts, energy_counts, audits, disagreed)`

const deltaRow = (row: HourRow): Cell[] => [
  row.hour.toISOString(),
  row.deploymentId,
  row.groupName,
  row.tier,
  row.reason,
  row.images,
  row.byFallback,
  row.latencySumMs,
  row.energySumJ,
  `{${row.latencyCounts.join(',')}}`,
  `{${row.energyCounts.join(',')}}`,
  row.audits,
  row.disagreed,
]

/** A transaction that anybody can wait for; thirteen parameters a row, 65,535 allowed. */
const DELTAS_MAX = 4_000
const HOURS_MAX = 2_000

/**
 * Moves all deltas that are committed into the hours; answers how many. Any number of control planes may run it at
 * once: one does it, the others answer 0.
 */
export async function rollUpDecisions(db: Db): Promise<number> {
  for (let moved = 0; ; ) {
    const more = await db.transaction(moveDeltas)
    moved += more
    if (more < DELTAS_MAX) return moved
  }
}

async function moveDeltas(tx: Db): Promise<number> {
  const { rows } = await tx.execute(
    sql`select pg_try_advisory_xact_lock(hashtextextended('tandem.roll-up', 0)) as got`,
  )
  if (rows[0]?.got !== true) return 0
  const deltas = await tx
    .delete(decisionDeltas)
    .where(sql`${decisionDeltas.id} in (select id from decision_deltas order by id limit ${DELTAS_MAX})`)
    .returning()
  const sums = new HourSums()
  for (const { id: _, ...row } of deltas) sums.add(row)
  const hours = sums.rows
  for (let i = 0; i < hours.length; i += HOURS_MAX)
    await tx
      .insert(decisionHours)
      .values(hours.slice(i, i + HOURS_MAX))
      .onConflictDoUpdate(ADDED)
  return deltas.length
}

const t = decisionHours
const added = (column: string) => sql.raw(`decision_hours.${column} + excluded.${column}`)
const addedCounts = (column: string) =>
  sql.raw(`(select array_agg(a + b order by i)
    from unnest(decision_hours.${column}, excluded.${column}) with ordinality as u(a, b, i))`)

const ADDED = {
  target: [t.hour, t.deploymentId, t.groupName, t.tier, t.reason],
  set: {
    images: added('images'),
    byFallback: added('by_fallback'),
    latencySumMs: added('latency_sum_ms'),
    energySumJ: added('energy_sum_j'),
    latencyCounts: addedCounts('latency_counts'),
    energyCounts: addedCounts('energy_counts'),
    audits: added('audits'),
    disagreed: added('disagreed'),
  },
}
