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

export const models = pgTable(
  'models',
  {
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
  },
  (t) => [check('models_figures', sql`${t.params} >= 0 and ${t.layers} >= 0`)],
)

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
    check('dataset_images_place', sql`${t.index} >= 0 and ${t.label} >= 0`),
    // Whether a device was told of an image is asked for each one that it fetches.
    index('dataset_images_by_digest').on(t.datasetId, t.digest),
    // Whether anything refers to an artifact is asked, also by the foreign key, for each one that is collected.
    index('dataset_images_of_artifact').on(t.digest),
    // Pages of a class, and how many each has.
    index('dataset_images_by_label').on(t.datasetId, t.label, t.index),
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
    /** As it is listed and counted: kept by PostgreSQL, so that a report that says nothing new touches no index. */
    state: text('state', { enum: ['enrolled', 'idle', 'installing', 'serving', 'failed', 'revoked'] })
      .notNull()
      .generatedAlwaysAs(
        sql`case when revoked_at is not null then 'revoked' else coalesce(report ->> 'state', 'enrolled') end`,
      ),
  },
  (t) => [
    check('devices_tier', sql`${t.tier} in ('local', 'edge')`),
    // In the order in which a group is listed.
    index('devices_group').on(t.groupName, t.name),
    index('devices_by_tier').on(t.tier, t.name),
    index('devices_by_state').on(t.state, t.name),
    // How many of a group are in which state.
    index('devices_counted').on(t.groupName, t.tier, t.state),
    // Every look at a group reads its few edge devices, however many local ones it has.
    index('devices_edges').on(t.groupName).where(sql`${t.tier} = 'edge'`),
    index('devices_revoked').on(t.groupName).where(sql`${t.revokedAt} is not null`),
  ],
)

/** One-time codes; only the SHA-256 is kept. */
export const enrolmentCodes = pgTable(
  'enrolment_codes',
  {
    id: id(),
    hash: bytes('hash').notNull().unique(),
    name: text('name').notNull(),
    tier: text('tier', { enum: ['local', 'edge'] }).notNull(),
    groupName: text('group_name').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [
    check('enrolment_codes_tier', sql`${t.tier} in ('local', 'edge')`),
    check('enrolment_codes_hash', sql`octet_length(${t.hash}) = 32`),
  ],
)

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
    check('device_jobs_times', sql`(${t.state} in ('done', 'failed')) = (${t.finishedAt} is not null)`),
    index('device_jobs_in_order').on(t.createdAt, t.id),
    index('device_jobs_of_device').on(t.deviceId, t.createdAt, t.id),
    index('device_jobs_of_dataset').on(t.datasetId, t.createdAt, t.id),
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

/** Some hundred images a row; db/outcomes/packed-outcomes.ts says how they are packed. Never changed once written. */
export const outcomeChunks = pgTable(
  'outcome_chunks',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => deviceJobs.id, { onDelete: 'cascade' }),
    /** Index of the first image; `count` follow without a gap. */
    first: integer('first').notNull(),
    count: integer('count').notNull(),
    /** Best five classes (int4), rank by rank, and their probabilities (float8). */
    classes: bytes('classes').notNull(),
    probabilities: bytes('probabilities').notNull(),
    /** Milliseconds (float8), one an image. */
    latencies: bytes('latencies').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.first] }),
    check('outcome_chunks_place', sql`${t.first} >= 0 and ${t.count} > 0`),
    check(
      'outcome_chunks_packed',
      sql`octet_length(${t.latencies}) = 8 * ${t.count}
        and octet_length(${t.classes}) in (4 * ${t.count}, 8 * ${t.count}, 12 * ${t.count}, 16 * ${t.count}, 20 * ${t.count})
        and octet_length(${t.probabilities}) = 2 * octet_length(${t.classes})`,
    ),
  ],
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
    check('feature_rows_place', sql`${t.index} >= 0`),
    check('feature_rows_pixels_format', sql`${t.pixels} ~ '^sha256:[0-9a-f]{64}$'`),
  ],
)
