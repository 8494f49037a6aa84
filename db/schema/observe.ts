// Stage observe: what the devices answered and why, how often the tiers disagree on images that stayed, the hard
// images that were handed in, and what each device said of itself. Deployments are named, not referenced: a device may tell of one that was promoted
// before its control plane was restored from a backup, and what it saw is kept all the same.
//
// Decisions and audits are partitioned by the day of `at` (db/partitions/; drizzle knows no partitions, so the migration
// says it). A key of a partitioned table must hold what it is partitioned by, so the keys below alone would let a device
// that has lost its disk tell another decision under an old number. What keeps (device, sequence) single is the device's
// row in decision_marks: whoever stores holds it locked, and looks at what is stored wherever a number is not above the
// mark. The mark references the device; a foreign key on every decision would lock the device's row 20,000 times a
// second, against the reports that write to it.

import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import { createdAt, instant } from './columns.ts'
import { devices } from './profile.ts'

const deviceId = () =>
  text('device_id')
    .notNull()
    .references(() => devices.id)

/** When it was stored, where that is over a day from what the device says; null else. Retention goes by it then. */
const arrivedAt = () => instant('arrived_at')

const sequence = (name: string) => bigint(name, { mode: 'number' }).notNull()

export const decisions = pgTable(
  'decisions',
  {
    deviceId: text('device_id').notNull(),
    sequence: sequence('sequence'),
    at: instant('at').notNull(),
    deploymentId: text('deployment_id').notNull(),
    tier: text('tier').notNull(),
    label: integer('label').notNull(),
    score: doublePrecision('score').notNull(),
    router: text('router').notNull(),
    /** Null in rows of older builds; so are the request and the preference. */
    routerVersion: integer('router_version'),
    routerScore: doublePrecision('router_score'),
    threshold: doublePrecision('threshold'),
    reason: text('reason').notNull(),
    totalMs: doublePrecision('total_ms').notNull(),
    energyJ: doublePrecision('energy_j').notNull(),
    byFallback: boolean('by_fallback').notNull(),
    requestId: text('request_id'),
    preference: text('preference'),
    arrivedAt: arrivedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence, t.at] }),
    index('decisions_by_time').on(t.at),
    // A rollout asks every second how its deployment does.
    index('decisions_by_deployment').on(t.deploymentId, t.at),
    // Of a million decisions the ten that an open breaker made are found at once, and the few that an edge answered.
    index('decisions_by_reason').on(t.reason, t.at),
    index('decisions_of_edge').on(t.at).where(sql`${t.tier} = 'edge'`),
    index('decisions_of_edge_by_deployment').on(t.deploymentId, t.at).where(sql`${t.tier} = 'edge'`),
    index('decisions_by_arrival').on(t.arrivedAt).where(sql`${t.arrivedAt} is not null`),
  ],
)

/** Numbered with the decisions of the device: no number is both. */
export const audits = pgTable(
  'audits',
  {
    deviceId: text('device_id').notNull(),
    sequence: sequence('sequence'),
    /** The decision that was checked. */
    of: sequence('of'),
    at: instant('at').notNull(),
    deploymentId: text('deployment_id').notNull(),
    localLabel: integer('local_label').notNull(),
    localScore: doublePrecision('local_score').notNull(),
    edgeLabel: integer('edge_label').notNull(),
    edgeScore: doublePrecision('edge_score').notNull(),
    arrivedAt: arrivedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence, t.at] }),
    index('audits_by_deployment').on(t.deploymentId, t.at),
    index('audits_by_time').on(t.at),
    index('audits_by_arrival').on(t.arrivedAt).where(sql`${t.arrivedAt} is not null`),
  ],
)

/** Rows come before the bytes do; an image that several devices saw has a row for each and its bytes once. */
export const captures = pgTable(
  'captures',
  {
    deviceId: deviceId(),
    digest: text('digest').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    at: instant('at').notNull(),
    deploymentId: text('deployment_id').notNull(),
    of: sequence('of'),
    reason: text('reason', { enum: ['offloaded', 'disagreed', 'near-threshold'] }).notNull(),
    routerScore: doublePrecision('router_score'),
    threshold: doublePrecision('threshold'),
    localLabel: integer('local_label'),
    localScore: doublePrecision('local_score'),
    edgeLabel: integer('edge_label'),
    edgeScore: doublePrecision('edge_score'),
    createdAt: createdAt(),
    /** When the bytes were whole; null before. */
    storedAt: instant('stored_at'),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.digest] }),
    index('captures_by_digest').on(t.digest),
    // Retention goes by when the control plane heard of it: a device's clock may be years off.
    index('captures_by_arrival').on(t.createdAt),
  ],
)

/**
 * What a device said of itself, a row whenever that was something else than before: written by a trigger on its last
 * report, which also lets the newest 200 of each device stay and no more.
 */
export const deviceReports = pgTable(
  'device_reports',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    deviceId: deviceId(),
    at: instant('at').notNull().defaultNow(),
    state: text('state').notNull(),
    /** Of the manifest that it acted on last. */
    sequence: sequence('sequence'),
    servingDeploymentId: text('serving_deployment_id'),
    message: text('message').notNull(),
  },
  (t) => [index('device_reports_of_device').on(t.deviceId, t.id)],
)
