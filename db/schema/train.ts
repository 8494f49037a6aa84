// Stages select and train: the chosen pair and the versioned routers with the evaluation that speaks for them.

import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { FeatureName } from '#contract/features.ts'
import type { Evaluation } from '#contract/results/evaluation.ts'
import type { EvaluationOptions, EvaluationProgress } from '#contract/results/evaluation-options.ts'
import type { FeatureChoice, PairReport } from '#contract/results/pair-report.ts'
import type { SelectionResult } from '#contract/results/selection.ts'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { artifacts } from './access.ts'
import { createdAt, id, instant } from './columns.ts'
import { datasets, devices } from './profile.ts'

/** What a selection was computed from: the device jobs, so that it can be repeated. */
export interface SelectionInputs {
  readonly localJobs: readonly string[]
  readonly edgeJobs: readonly string[]
}

export const selections = pgTable(
  'selections',
  {
    id: id(),
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id),
    localDeviceId: text('local_device_id')
      .notNull()
      .references(() => devices.id),
    edgeDeviceId: text('edge_device_id')
      .notNull()
      .references(() => devices.id),
    inputs: jsonb('inputs').$type<SelectionInputs>().notNull(),
    result: jsonb('result').$type<SelectionResult>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('selections_newest').on(t.createdAt, t.id)],
)

/** Everything that a router came from; the same provenance and code give the same bytes. */
export interface RouterProvenance {
  readonly localJob: string
  readonly edgeJob: string
  readonly featuresJob: string | null
  readonly featuresVersion: number
  readonly seed: number
  readonly folds: number
  /** How the threshold was set; of routers before policies, by this offload share. */
  readonly offloadTarget?: number
  readonly policy?: ThresholdPolicy
  readonly featureChoice?: FeatureChoice
  /** Those that the router reads. */
  readonly features?: readonly FeatureName[]
  /** The ONNX file of a forest that was trained elsewhere, on other images as whoever imported it declared. */
  readonly importedFrom?: string
  /** Whether equal pixels were looked for, and what was done about them. */
  readonly leakCheck?: LeakCheck
}

/**
 * Of images with equal pixels. `unchecked`: the device that extracted the features told no digests; `none-found`: none
 * on both sides of a fold.
 */
export type LeakCheck = 'unchecked' | 'none-found' | 'duplicates-left-out'

export const routers = pgTable(
  'routers',
  {
    id: id(),
    version: integer('version').notNull().unique(),
    kind: text('kind').notNull(),
    selectionId: text('selection_id')
      .notNull()
      .references(() => selections.id),
    documentDigest: text('document_digest')
      .notNull()
      .references(() => artifacts.digest),
    evaluation: jsonb('evaluation').$type<Evaluation>().notNull(),
    provenance: jsonb('provenance').$type<RouterProvenance>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [check('routers_version', sql`${t.version} > 0`)],
)

/** Reports on a pair: made in minutes, so that whoever asked may come back for one by its id. */
export const evaluations = pgTable(
  'evaluations',
  {
    id: id(),
    selectionId: text('selection_id')
      .notNull()
      .references(() => selections.id),
    state: text('state', { enum: ['running', 'done', 'failed'] })
      .notNull()
      .default('running'),
    options: jsonb('options').$type<EvaluationOptions>().notNull(),
    progress: jsonb('progress').$type<EvaluationProgress>().notNull(),
    report: jsonb('report').$type<PairReport>(),
    /** A sentence: why there is no report. */
    error: text('error'),
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    check('evaluations_state', sql`${t.state} in ('running', 'done', 'failed')`),
    check('evaluations_report', sql`(${t.state} = 'done') = (${t.report} is not null)`),
    check('evaluations_error', sql`(${t.state} = 'failed') = (${t.error} is not null)`),
    check('evaluations_finished', sql`(${t.state} = 'running') = (${t.finishedAt} is null)`),
    // A double click is one evaluation: jsonb compares by content, whatever the order of its keys.
    uniqueIndex('evaluations_one_running').on(t.selectionId, t.options).where(sql`${t.state} = 'running'`),
    index('evaluations_newest').on(t.createdAt),
  ],
)
