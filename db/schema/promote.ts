// Stages promote and observe: functions, immutable deployments, the signed manifests that tell each device which
// one to run, and the decisions that devices report back. What is current where is in rollout.ts.

import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import type { Deployment } from '#contract/deployment.ts'
import { artifacts } from './access.ts'
import { createdAt, id, instant } from './columns.ts'
import { devices, models } from './profile.ts'
import { routers } from './train.ts'

export const functions = pgTable(
  'functions',
  {
    id: id(),
    name: text('name').notNull(),
    version: integer('version').notNull(),
    digest: text('digest')
      .notNull()
      .references(() => artifacts.digest),
    createdAt: createdAt(),
  },
  (t) => [unique('functions_name_version').on(t.name, t.version)],
)

export const deployments = pgTable('deployments', {
  id: id(),
  version: integer('version').notNull().unique(),
  localModelId: text('local_model_id')
    .notNull()
    .references(() => models.id),
  edgeModelId: text('edge_model_id')
    .notNull()
    .references(() => models.id),
  routerId: text('router_id')
    .notNull()
    .references(() => routers.id),
  functionId: text('function_id')
    .notNull()
    .references(() => functions.id),
  /** The document as devices get it. */
  document: jsonb('document').$type<Deployment>().notNull(),
  createdAt: createdAt(),
})

export const manifests = pgTable(
  'manifests',
  {
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    sequence: integer('sequence').notNull(),
    deploymentId: text('deployment_id').references(() => deployments.id),
    /** SHA-256 of the compact JWS: the ETag. */
    digest: text('digest').notNull(),
    /** What the manifest says beside sequence and times; a change here needs a new sequence. */
    content: text('content').notNull(),
    jws: text('jws').notNull(),
    issuedAt: instant('issued_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence] }),
    check('manifests_sequence', sql`${t.sequence} > 0`),
  ],
)

export const decisions = pgTable(
  'decisions',
  {
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    deploymentId: text('deployment_id').notNull(),
    tier: text('tier').notNull(),
    label: integer('label').notNull(),
    score: doublePrecision('score').notNull(),
    router: text('router').notNull(),
    routerScore: doublePrecision('router_score'),
    threshold: doublePrecision('threshold'),
    reason: text('reason').notNull(),
    totalMs: doublePrecision('total_ms').notNull(),
    energyJ: doublePrecision('energy_j').notNull(),
    byFallback: boolean('by_fallback').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceId, t.sequence] }),
    index('decisions_by_time').on(t.at),
    // A rollout asks every second how its deployment does.
    index('decisions_by_deployment').on(t.deploymentId, t.at),
  ],
)
