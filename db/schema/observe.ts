// Stage observe: what the devices answered and why, how often the tiers disagree on images that stayed, and the hard
// images that were handed in. Deployments are named, not referenced: a device may tell of one that was promoted
// before its control plane was restored from a backup, and what it saw is kept all the same.

import {
  bigint,
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

const sequence = (name: string) => bigint(name, { mode: 'number' }).notNull()

export const decisions = pgTable(
  'decisions',
  {
    deviceId: deviceId(),
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
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence] }),
    index('decisions_by_time').on(t.at),
    // A rollout asks every second how its deployment does.
    index('decisions_by_deployment').on(t.deploymentId, t.at),
  ],
)

/** Numbered with the decisions of the device: no number is both. */
export const audits = pgTable(
  'audits',
  {
    deviceId: deviceId(),
    sequence: sequence('sequence'),
    /** The decision that was checked. */
    of: sequence('of'),
    at: instant('at').notNull(),
    deploymentId: text('deployment_id').notNull(),
    localLabel: integer('local_label').notNull(),
    localScore: doublePrecision('local_score').notNull(),
    edgeLabel: integer('edge_label').notNull(),
    edgeScore: doublePrecision('edge_score').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence] }),
    index('audits_by_deployment').on(t.deploymentId, t.at),
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
