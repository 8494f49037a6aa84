// Stage profile: data sets. Images are uploaded as artifacts first; the list of them becomes an artifact too,
// so that a device can fetch and verify it like everything else.

import { isDeepStrictEqual } from 'node:util'
import { ByName } from '#contract/api/names.ts'
import { DatasetDraft, DatasetImages, DatasetList } from '#contract/api/profile.ts'
import type { ImageList } from '#contract/device-api.ts'
import { type Db, isUniqueViolation } from '#db/db.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import {
  type DatasetRow,
  datasetLabels,
  findDataset,
  insertDataset,
  type DatasetDraft as NewDataset,
} from '#db/queries/datasets.ts'
import { countClasses, pageDatasets, pageImages } from '#db/queries/lists/profile-lists.ts'
import { keepBytes } from '../artifacts/keep-artifact.ts'
import { found, Refusal } from '../refusal.ts'
import { readLabels } from './labels.ts'
import { mutation, query, router } from './trpc.ts'

/** The same name with the same content is the same data set; with other content it is a conflict. */
async function sameDataset(db: Db, draft: NewDataset): Promise<DatasetRow | undefined> {
  const row = await findDataset(db, draft.name)
  if (!row) return undefined
  const labels = draft.images.map((image) => image.label)
  const isSame =
    row.imagesDigest === draft.imagesDigest &&
    row.labelsDigest === draft.labelsDigest &&
    isDeepStrictEqual(await datasetLabels(db, row.id), labels)
  if (isSame) return row
  throw new Refusal(
    'conflict',
    `Cannot create data set "${draft.name}": that name is taken by other content, expected a new name`,
  )
}

/** An image that is there twice would be trained on in one fold and held out in another. */
function expectEachOnce(name: string, images: NewDataset['images']): void {
  const pathOf = new Map<string, string>()
  for (const { digest, path } of images) {
    const earlier = pathOf.get(digest)
    if (earlier !== undefined)
      throw new Refusal(
        'invalid',
        `Cannot create data set "${name}": images "${earlier}" and "${path}" are the same file, expected each once`,
      )
    pathOf.set(digest, path)
  }
}

export const datasetsRouter = router({
  list: query.input(DatasetList.prefault({})).query(({ ctx, input }) => pageDatasets(ctx.db, input)),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) => found(await findDataset(ctx.db, input.name), 'data set', input.name)),

  images: query.input(DatasetImages).query(async ({ ctx, input }) => {
    const { id } = found(await findDataset(ctx.db, input.name), 'data set', input.name)
    const { limit, cursor, label } = input
    return pageImages(ctx.db, { limit, cursor, datasetId: id, label })
  }),

  /** Every class of the label list, in its order, with the number of its images. */
  classes: query.input(ByName).query(async ({ ctx, input }) => {
    const dataset = found(await findDataset(ctx.db, input.name), 'data set', input.name)
    const labels = await readLabels(ctx, dataset.labelsDigest)
    const counts = new Map((await countClasses(ctx.db, dataset.id)).map((row) => [row.label, row.images]))
    return labels.map((name, label) => ({ label, name, images: counts.get(label) ?? 0 }))
  }),

  create: mutation.input(DatasetDraft).mutation(async ({ ctx, input }) => {
    const labels = await readLabels(ctx, input.labels)
    const badLabel = input.images.findIndex((image) => image.label >= labels.length)
    if (badLabel >= 0)
      throw new Refusal(
        'invalid',
        `Cannot create data set "${input.name}": image ${badLabel} ("${input.images[badLabel]!.path}") has label ` +
          `${input.images[badLabel]!.label}, expected below ${labels.length}`,
      )
    expectEachOnce(input.name, input.images)
    const sizes = await artifactSizes(
      ctx.db,
      input.images.map((image) => image.digest),
    )
    const missing = input.images.filter((image) => !sizes.has(image.digest))
    if (missing.length > 0)
      throw new Refusal(
        'invalid',
        `Cannot create data set "${input.name}": ${missing.length} images were not uploaded, first "${missing[0]!.path}"`,
      )
    const list: ImageList = input.images.map(({ digest }) => ({ digest, sizeBytes: sizes.get(digest)! }))
    const ref = await keepBytes(ctx, Buffer.from(JSON.stringify(list)), 'application/json')
    const draft = { ...input, labelsDigest: input.labels, imagesDigest: ref.digest }
    const present = await sameDataset(ctx.db, draft)
    if (present) return present
    try {
      return await insertDataset(ctx.db, draft)
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      return (await sameDataset(ctx.db, draft))!
    }
  }),
})
