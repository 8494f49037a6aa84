// Stage profile: pages of models, of data sets and of a data set's images, and how many images each class has.

import { and, count, eq, getTableColumns } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { datasetImages, datasets, models } from '../../schema/profile.ts'
import { type Order, type PageAsk, readPage } from './keyset.ts'

const MODELS: Order = { name: 'models', direction: 'asc', keys: [{ of: models.name, as: 'text' }] }
const DATASETS: Order = { name: 'datasets', direction: 'asc', keys: [{ of: datasets.name, as: 'text' }] }
const IMAGES: Order = { name: 'images', direction: 'asc', keys: [{ of: datasetImages.index, as: 'int' }] }

export interface ModelFilter {
  readonly family?: string | undefined
  readonly labels?: string | undefined
}

export const pageModels = (db: Db, ask: PageAsk & ModelFilter) =>
  readPage(ask, MODELS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(models), cursorKey })
      .from(models)
      .where(
        and(
          ask.family === undefined ? undefined : eq(models.family, ask.family),
          ask.labels === undefined ? undefined : eq(models.labelsDigest, ask.labels),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )

export const pageDatasets = (db: Db, ask: PageAsk & { readonly labels?: string | undefined }) =>
  readPage(ask, DATASETS, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...getTableColumns(datasets), cursorKey })
      .from(datasets)
      .where(and(ask.labels === undefined ? undefined : eq(datasets.labelsDigest, ask.labels), after))
      .orderBy(...orderBy)
      .limit(limit),
  )

export interface ImageFilter {
  readonly datasetId: string
  readonly label?: number | undefined
}

export function pageImages(db: Db, ask: PageAsk & ImageFilter) {
  const { datasetId: _, ...columns } = getTableColumns(datasetImages)
  return readPage(ask, IMAGES, ({ cursorKey, after, orderBy, limit }) =>
    db
      .select({ ...columns, cursorKey })
      .from(datasetImages)
      .where(
        and(
          eq(datasetImages.datasetId, ask.datasetId),
          ask.label === undefined ? undefined : eq(datasetImages.label, ask.label),
          after,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit),
  )
}

/** Of the classes that have any, in their order. */
export const countClasses = (db: Db, datasetId: string) =>
  db
    .select({ label: datasetImages.label, images: count() })
    .from(datasetImages)
    .where(eq(datasetImages.datasetId, datasetId))
    .groupBy(datasetImages.label)
    .orderBy(datasetImages.label)
