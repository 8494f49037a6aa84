// Stages select and train: the chosen pair and the versioned routers with the evaluation that speaks for them.

import { sql } from 'drizzle-orm'
import { check, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import type { Evaluation } from '#contract/evaluation.ts'
import type { SelectionResult } from '#contract/selection.ts'
import { artifacts } from './access.ts'
import { createdAt, id } from './columns.ts'
import { datasets, devices } from './profile.ts'

/** What a selection was computed from: the device jobs, so that it can be repeated. */
export interface SelectionInputs {
  readonly localJobs: readonly string[]
  readonly edgeJobs: readonly string[]
}

export const selections = pgTable('selections', {
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
})

/** Everything that a router came from; the same provenance and code give the same bytes. */
export interface RouterProvenance {
  readonly localJob: string
  readonly edgeJob: string
  readonly featuresJob: string | null
  readonly featuresVersion: number
  readonly seed: number
  readonly folds: number
  readonly offloadTarget: number
}

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
