// Stage profile: data sets. Images are uploaded as artifacts first; the list of them becomes an artifact too,
// so that a device can fetch and verify it like everything else.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { ImageList } from '#contract/device-api.ts'
import { Digest } from '#contract/digest.ts'
import { ModelName } from '#contract/model.ts'
import { type Db, isUniqueViolation } from '#db/db.ts'
import { artifactSizes, recordArtifact } from '#db/queries/artifacts.ts'
import {
  type DatasetRow,
  datasetLabels,
  findDataset,
  insertDataset,
  listDatasets,
  type DatasetDraft as NewDataset,
} from '#db/queries/datasets.ts'
import { found, Refusal } from '../refusal.ts'
import { ByName } from './inputs.ts'
import { readLabels } from './labels.ts'
import { mutation, query, router } from './trpc.ts'

const IMAGES_MAX = 100_000

const DatasetDraft = z.object({
  name: ModelName,
  labels: Digest,
  images: z
    .array(z.object({ digest: Digest, label: z.number().int().nonnegative(), path: z.string().max(1_000) }))
    .min(1)
    .max(IMAGES_MAX),
})

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
  list: query.query(({ ctx }) => listDatasets(ctx.db)),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) => found(await findDataset(ctx.db, input.name), 'data set', input.name)),

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
    const ref = await ctx.artifacts.putBytes(Buffer.from(JSON.stringify(list)))
    await recordArtifact(ctx.db, ref, 'application/json')
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
