// Stages promote and observe: functions, immutable deployments, which one is current where, the signed
// manifests that say so to each device, and the decisions that devices report back.

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
  uniqueIndex,
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

/** The history of what each group was told to run. */
export const rollouts = pgTable(
  'rollouts',
  {
    id: id(),
    groupName: text('group_name').notNull(),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id),
    kind: text('kind', { enum: ['promote', 'rollback'] }).notNull(),
    state: text('state', { enum: ['current', 'superseded'] }).notNull(),
    /** Why an admin promoted a router that the gate refused. */
    overrideReason: text('override_reason'),
    startedBy: text('started_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    check('rollouts_state', sql`(${t.state} = 'current') = (${t.endedAt} is null)`),
    // Exactly one current deployment per group, whatever crashes.
    uniqueIndex('rollouts_one_current').on(t.groupName).where(sql`${t.state} = 'current'`),
    index('rollouts_history').on(t.groupName, t.createdAt),
  ],
)

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
  (t) => [primaryKey({ columns: [t.deviceId, t.sequence] }), index('decisions_by_time').on(t.at)],
)
