// What of the decisions stays for years: a row for each hour, deployment, group, tier and reason. The transaction that
// stores decisions adds what they add up to as rows of decision_deltas, and a roll-up moves those into decision_hours: so
// each decision counts once, however late it came and whatever has become of its row, and nobody who stores waits for
// anybody's counter. Groups and not devices: 100,000 devices would make as many rows an hour as they make decisions.

import { bigint, bigserial, doublePrecision, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { devices } from './profile.ts'

/** The highest number that a device's decisions and audits were stored under; locked by whoever stores some. */
export const decisionMarks = pgTable('decision_marks', {
  deviceId: text('device_id')
    .primaryKey()
    .references(() => devices.id),
  upTo: bigint('up_to', { mode: 'number' }).notNull(),
})

/** Buckets of both are those of core/observe/log-histogram.ts. */
const figures = {
  hour: instant('hour').notNull(),
  deploymentId: text('deployment_id').notNull(),
  groupName: text('group_name').notNull(),
  tier: text('tier').notNull(),
  reason: text('reason').notNull(),
  images: integer('images').notNull(),
  byFallback: integer('by_fallback').notNull(),
  latencySumMs: doublePrecision('latency_sum_ms').notNull(),
  energySumJ: doublePrecision('energy_sum_j').notNull(),
  latencyCounts: integer('latency_counts').array().notNull(),
  energyCounts: integer('energy_counts').array().notNull(),
  /** Under tier `local` and reason `routed`: no other decision is audited. */
  audits: integer('audits').notNull(),
  disagreed: integer('disagreed').notNull(),
}

export const decisionDeltas = pgTable('decision_deltas', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  ...figures,
})

export const decisionHours = pgTable('decision_hours', figures, (t) => [
  primaryKey({ columns: [t.hour, t.deploymentId, t.groupName, t.tier, t.reason] }),
])
