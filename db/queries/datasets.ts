// Data sets: an immutable list of (image digest, label) with the label names it counts in.

import { eq, or, sql } from 'drizzle-orm'
import { type Db, newId } from '../db.ts'
import { int4sOf } from '../outcomes/packed-outcomes.ts'
import { artifacts } from '../schema/access.ts'
import { datasetImages, datasets } from '../schema/profile.ts'

export type DatasetRow = typeof datasets.$inferSelect

export interface DatasetDraft {
  readonly name: string
  readonly labelsDigest: string
  readonly imagesDigest: string
  readonly images: readonly { readonly digest: string; readonly label: number; readonly path: string }[]
}

/** Rows a statement; PostgreSQL allows 65,535 parameters and a row takes five. */
const ROWS_PER_INSERT = 5_000

export async function insertDataset(db: Db, draft: DatasetDraft): Promise<DatasetRow> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .insert(datasets)
      .values({
        id: newId('dst'),
        name: draft.name,
        labelsDigest: draft.labelsDigest,
        imagesDigest: draft.imagesDigest,
        imageCount: draft.images.length,
      })
      .returning()
    const rows = draft.images.map((image, index) => ({ ...image, index, datasetId: row!.id }))
    for (let i = 0; i < rows.length; i += ROWS_PER_INSERT)
      await tx.insert(datasetImages).values(rows.slice(i, i + ROWS_PER_INSERT))
    return row!
  })
}

export async function findDataset(db: Db, idOrName: string): Promise<DatasetRow | undefined> {
  const [row] = await db
    .select()
    .from(datasets)
    .where(or(eq(datasets.id, idOrName), eq(datasets.name, idOrName)))
  return row
}

/** True classes, in the data set's order. As one packed value: 50,000 rows would take longer to tell apart than to read. */
export async function datasetLabels(db: Db, datasetId: string): Promise<number[]> {
  const [row] = await db
    .select({
      labels: sql<Buffer | null>`string_agg(int4send(${datasetImages.label}), ''::bytea order by ${datasetImages.index})`,
    })
    .from(datasetImages)
    .where(eq(datasetImages.datasetId, datasetId))
  return row?.labels ? [...int4sOf(row.labels)] : []
}

/** Bytes of an encoded image, as it would be uploaded to the edge. */
export async function meanImageBytes(db: Db, datasetId: string): Promise<number> {
  const [row] = await db
    .select({ mean: sql<number>`avg(${artifacts.sizeBytes})::float8` })
    .from(datasetImages)
    .innerJoin(artifacts, eq(artifacts.digest, datasetImages.digest))
    .where(eq(datasetImages.datasetId, datasetId))
  return row?.mean ?? 0
}
