// Stage profile: models, data sets, devices, and what the devices measured.
// A device job is one model, or the feature extractor, over one data set on one device; its rows arrive in order.

import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { DeviceReport, PublicKey } from '#contract/device-api.ts'
import type { ModelContract } from '#contract/model.ts'
import type { JobResult, ProfileSummary } from '#contract/outcome.ts'
import { artifacts } from './access.ts'
import { bytes, createdAt, id, instant } from './columns.ts'

export const models = pgTable('models', {
  id: id(),
  name: text('name').notNull().unique(),
  family: text('family').notNull(),
  fileDigest: text('file_digest')
    .notNull()
    .references(() => artifacts.digest),
  labelsDigest: text('labels_digest')
    .notNull()
    .references(() => artifacts.digest),
  contract: jsonb('contract').$type<ModelContract>().notNull(),
  params: bigint('params', { mode: 'number' }),
  layers: integer('layers'),
  createdAt: createdAt(),
})

export const datasets = pgTable(
  'datasets',
  {
    id: id(),
    name: text('name').notNull().unique(),
    labelsDigest: text('labels_digest')
      .notNull()
      .references(() => artifacts.digest),
    /** The list of image digests that devices fetch. */
    imagesDigest: text('images_digest')
      .notNull()
      .references(() => artifacts.digest),
    imageCount: integer('image_count').notNull(),
    createdAt: createdAt(),
  },
  (t) => [check('datasets_not_empty', sql`${t.imageCount} > 0`)],
)

export const datasetImages = pgTable(
  'dataset_images',
  {
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    digest: text('digest')
      .notNull()
      .references(() => artifacts.digest),
    label: integer('label').notNull(),
    path: text('path').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.datasetId, t.index] }),
    // Whether a device was told of an image is asked for each one that it fetches.
    index('dataset_images_by_digest').on(t.datasetId, t.digest),
  ],
)

export const devices = pgTable(
  'devices',
  {
    id: id(),
    name: text('name').notNull().unique(),
    tier: text('tier', { enum: ['local', 'edge'] }).notNull(),
    groupName: text('group_name').notNull(),
    publicKey: jsonb('public_key').$type<PublicKey>().notNull(),
    url: text('url').notNull(),
    platform: text('platform').notNull(),
    enrolledAt: instant('enrolled_at').notNull().defaultNow(),
    lastSeenAt: instant('last_seen_at'),
    revokedAt: instant('revoked_at'),
    report: jsonb('report').$type<DeviceReport>(),
  },
  (t) => [
    check('devices_tier', sql`${t.tier} in ('local', 'edge')`),
    index('devices_group').on(t.groupName),
    // Every look at a group reads its few edge devices, however many local ones it has.
    index('devices_edges').on(t.groupName).where(sql`${t.tier} = 'edge'`),
    index('devices_revoked').on(t.groupName).where(sql`${t.revokedAt} is not null`),
  ],
)

/** One-time codes; only the SHA-256 is kept. */
export const enrolmentCodes = pgTable('enrolment_codes', {
  id: id(),
  hash: bytes('hash').notNull().unique(),
  name: text('name').notNull(),
  tier: text('tier', { enum: ['local', 'edge'] }).notNull(),
  groupName: text('group_name').notNull(),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
})

export const deviceJobs = pgTable(
  'device_jobs',
  {
    id: id(),
    kind: text('kind', { enum: ['profile', 'features'] }).notNull(),
    deviceId: text('device_id')
      .notNull()
      .references(() => devices.id),
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id),
    modelId: text('model_id').references(() => models.id),
    featuresVersion: integer('features_version'),
    state: text('state', { enum: ['queued', 'running', 'done', 'failed'] })
      .notNull()
      .default('queued'),
    done: integer('done').notNull().default(0),
    total: integer('total').notNull(),
    message: text('message').notNull().default(''),
    result: jsonb('result').$type<JobResult>(),
    summary: jsonb('summary').$type<ProfileSummary>(),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    check('device_jobs_kind', sql`(${t.kind} = 'profile') = (${t.modelId} is not null)`),
    check('device_jobs_features', sql`(${t.kind} = 'features') = (${t.featuresVersion} is not null)`),
    check('device_jobs_state', sql`${t.state} in ('queued', 'running', 'done', 'failed')`),
    check('device_jobs_progress', sql`${t.done} between 0 and ${t.total}`),
    check(
      'device_jobs_result',
      sql`${t.state} <> 'done' or (${t.done} = ${t.total} and ${t.result} is not null)`,
    ),
    // Who has a job is asked twice a second, for the whole fleet.
    index('device_jobs_open').on(t.deviceId).where(sql`${t.state} in ('queued', 'running')`),
    // Asking twice for the same measurement gives the same job; a failed one may be asked for again.
    uniqueIndex('device_jobs_once')
      .on(
        t.deviceId,
        t.datasetId,
        t.kind,
        sql`coalesce(${t.modelId}, '')`,
        sql`coalesce(${t.featuresVersion}, 0)`,
      )
      .where(sql`${t.state} <> 'failed'`),
  ],
)

export const outcomes = pgTable(
  'outcomes',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => deviceJobs.id, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    /** Best five classes, best first, and their probabilities. */
    classes: integer('classes').array().notNull(),
    probabilities: doublePrecision('probabilities').array().notNull(),
    latencyMs: doublePrecision('latency_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.index] })],
)

export const featureRows = pgTable(
  'feature_rows',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => deviceJobs.id, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    features: doublePrecision('features').array().notNull(),
    latencyMs: doublePrecision('latency_ms').notNull(),
    /** Digest of the working image; null from devices that do not tell it. */
    pixels: text('pixels'),
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.index] }),
    check('feature_rows_pixels_format', sql`${t.pixels} ~ '^sha256:[0-9a-f]{64}$'`),
  ],
)
