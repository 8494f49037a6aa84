// Stage promote: functions, immutable deployments, the signed manifests that tell each device which one to run, and
// servers of others that stand in for edge devices. What is current where is in rollout.ts.

import { sql } from 'drizzle-orm'
import {
  check,
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
  (t) => [
    unique('functions_name_version').on(t.name, t.version),
    check('functions_version', sql`${t.version} > 0`),
  ],
)

export const deployments = pgTable(
  'deployments',
  {
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
  },
  (t) => [check('deployments_version', sql`${t.version} > 0`)],
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
    check('manifests_times', sql`${t.expiresAt} > ${t.issuedAt}`),
  ],
)

/** Servers that run the edge half of one deployment for one group, by an admin's word: they report nothing themselves. */
export const externalEdges = pgTable(
  'external_edges',
  {
    id: id(),
    groupName: text('group_name').notNull(),
    url: text('url').notNull(),
    /** What the deployment's edge model is called there. */
    model: text('model').notNull(),
    protocol: text('protocol', { enum: ['oip-v2'] }).notNull(),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id),
    createdAt: createdAt(),
    createdBy: text('created_by').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    check('external_edges_protocol', sql`${t.protocol} in ('oip-v2')`),
    index('external_edges_newest').on(t.createdAt, t.id),
    // Also how a group's are found, at every look of its devices.
    uniqueIndex('external_edges_active')
      .on(t.groupName, t.deploymentId, t.url)
      .where(sql`${t.revokedAt} is null`),
  ],
)
