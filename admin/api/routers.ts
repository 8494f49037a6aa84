// Stage train: routers for a selected pair, each with the evaluation that speaks for it. A router is immutable;
// training again makes the next version.

import { z } from 'zod'
import { FEATURES_VERSION } from '#contract/features.ts'
import { RouterDocument } from '#contract/router.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { meanImageBytes } from '#db/queries/datasets.ts'
import { findRouter, insertRouter, listRouters } from '#db/queries/routers.ts'
import { findSelection, listSelections } from '#db/queries/selections.ts'
import { loadPairData } from '../jobs/pair-data.ts'
import { trainInChild } from '../jobs/train.ts'
import { found, Refusal } from '../refusal.ts'
import { ById } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

const Training = z.object({
  /** The newest selection where it is left out. */
  selection: z.string().min(1).optional(),
  kind: z.enum(['forest', 'confidence']).default('forest'),
  /** Share of images that the threshold is set to offload. */
  offloadTarget: z.number().min(0.01).max(0.99).default(0.3),
  folds: z.number().int().min(2).max(20).default(10),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
})

export const routersRouter = router({
  train: mutation.input(Training).mutation(async ({ ctx, input }) => {
    const id = input.selection ?? (await listSelections(ctx.db))[0]?.id
    if (id === undefined) throw new Refusal('invalid', 'Cannot train: no pair is selected yet')
    const selection = found(await findSelection(ctx.db, id), 'selection', id)
    const bytes = await meanImageBytes(ctx.db, selection.datasetId)
    const { data, jobs } = await loadPairData(ctx.db, selection, bytes)
    const { kind, offloadTarget, folds, seed } = input
    if (data.localRight.length < folds)
      throw new Refusal(
        'invalid',
        `Cannot train: ${data.localRight.length} images are fewer than ${folds} folds`,
      )
    const { document, evaluation } = await trainInChild(data, { kind, offloadTarget, folds, seed })
    const ref = await ctx.artifacts.putBytes(Buffer.from(JSON.stringify(RouterDocument.parse(document))))
    await recordArtifact(ctx.db, ref, 'application/json')
    return insertRouter(ctx.db, {
      kind,
      selectionId: selection.id,
      documentDigest: ref.digest,
      evaluation,
      provenance: { ...jobs, featuresVersion: FEATURES_VERSION, seed, folds, offloadTarget },
    })
  }),

  list: query.query(({ ctx }) => listRouters(ctx.db)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findRouter(ctx.db, input.id), 'router', input.id)),
})
