// Registered models, as rows and as the reference that a manifest or a job carries.

import { asc, eq, inArray, or } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { ModelDraft, ModelRef } from '#contract/model.ts'
import { type Db, newId } from '../db.ts'
import { artifacts } from '../schema/access.ts'
import { models } from '../schema/profile.ts'

export type ModelRow = typeof models.$inferSelect

export async function insertModel(db: Db, draft: ModelDraft): Promise<ModelRow> {
  const [row] = await db
    .insert(models)
    .values({
      id: newId('mdl'),
      name: draft.name,
      family: draft.family ?? draft.name,
      fileDigest: draft.file,
      labelsDigest: draft.labels,
      contract: draft.contract,
      params: draft.params ?? null,
      layers: draft.layers ?? null,
    })
    .returning()
  return row!
}

export const listModels = (db: Db): Promise<ModelRow[]> => db.select().from(models).orderBy(asc(models.name))

export async function findModel(db: Db, idOrName: string): Promise<ModelRow | undefined> {
  const [row] = await db
    .select()
    .from(models)
    .where(or(eq(models.id, idOrName), eq(models.name, idOrName)))
  return row
}

export async function modelRefs(db: Db, ids: readonly string[]): Promise<Map<string, ModelRef>> {
  if (ids.length === 0) return new Map()
  const file = alias(artifacts, 'file')
  const labels = alias(artifacts, 'labels')
  const rows = await db
    .select()
    .from(models)
    .innerJoin(file, eq(file.digest, models.fileDigest))
    .innerJoin(labels, eq(labels.digest, models.labelsDigest))
    .where(inArray(models.id, [...ids]))
  return new Map(
    rows.map((r) => [
      r.models.id,
      {
        id: r.models.id,
        name: r.models.name,
        file: { digest: r.file.digest, sizeBytes: r.file.sizeBytes },
        contract: r.models.contract,
        labels: { digest: r.labels.digest, sizeBytes: r.labels.sizeBytes },
      },
    ]),
  )
}
