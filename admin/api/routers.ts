// Stage train: routers for a selected pair, each with the evaluation that speaks for it. A router is immutable;
// training again makes the next version.

import { z } from 'zod'
import { ById } from '#contract/api/names.ts'
import { RouterList } from '#contract/api/train.ts'
import { Digest } from '#contract/digest.ts'
import { FeatureName } from '#contract/features.ts'
import { DEFAULT_POLICY, Duplicates, Folds, Seed } from '#contract/results/evaluation-options.ts'
import { FeatureChoice } from '#contract/results/pair-report.ts'
import { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { claimArtifact } from '#db/queries/artifacts.ts'
import { findDataset } from '#db/queries/datasets.ts'
import { pageRouters } from '#db/queries/lists/train-lists.ts'
import { findRouter } from '#db/queries/train/routers.ts'
import { askForWork } from '../jobs/ask-for-work.ts'
import type { ForestImportInput } from '../jobs/kinds/forest-import.ts'
import type { TrainingInput } from '../jobs/kinds/training.ts'
import { findPair } from '../jobs/pair-data.ts'
import { writeOnnxForest } from '../onnx-forest/write-onnx-forest.ts'
import { found, Refusal } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

const Training = z.object({
  /** The newest selection where it is left out. */
  selection: z.string().min(1).max(100).optional(),
  kind: RouterKind.default('forest'),
  policy: ThresholdPolicy.optional(),
  /** What clients said before policies: share of images that the threshold is set to offload. */
  offloadTarget: z.number().min(0.01).max(0.99).optional(),
  folds: Folds.default(10),
  seed: Seed.default(1),
  /** The paper's seven cost the device least and were chosen on other images. */
  featureChoice: FeatureChoice.default('paper'),
  duplicates: Duplicates.default('refuse'),
})

const policyOf = ({ policy, offloadTarget }: z.infer<typeof Training>): ThresholdPolicy =>
  policy ?? (offloadTarget === undefined ? DEFAULT_POLICY : { by: 'offload', target: offloadTarget })

const Import = Training.pick({
  selection: true,
  policy: true,
  folds: true,
  seed: true,
  duplicates: true,
}).extend({
  /** An ONNX file, uploaded before. */
  file: Digest,
  /** In the order of the file's input; those that the file notes where left out. */
  features: z.array(FeatureName).min(1).max(1_000).optional(),
  /** Nothing in a file says what it was trained on: somebody has to stand up for it. */
  trainedOnOtherImages: z.boolean().default(false),
})

export const routersRouter = router({
  /** A job: its result names the router. */
  train: mutation.input(Training).mutation(async ({ ctx, input }) => {
    const { selection } = await findPair(ctx.db, input.selection, 'train')
    const { kind, folds, seed, featureChoice, duplicates } = input
    const policy = policyOf(input)
    return askForWork(ctx, 'training', {
      ...{ selection: selection.id, kind, policy, folds, seed, featureChoice, duplicates },
    } satisfies TrainingInput)
  }),

  /** A job, of a forest that was trained elsewhere; it is judged on the images of the selection. */
  importForest: mutation.input(Import).mutation(async ({ ctx, input }) => {
    const { selection } = await findPair(ctx.db, input.selection, 'import')
    if (!input.trainedOnOtherImages) {
      const dataset = (await findDataset(ctx.db, selection.datasetId))!.name
      throw new Refusal(
        'invalid',
        `Cannot import forest: nothing says that it was trained on other images than those of data set "${dataset}", which judge it; ` +
          'a forest looks far too good on images that it has seen. Declare it (--trained-on-other-images), or train here',
      )
    }
    if ((await claimArtifact(ctx.db, input.file)) === undefined)
      throw new Refusal('invalid', `Cannot import forest: file ${input.file} was not uploaded`)
    const { file, folds, seed, duplicates, features, policy = DEFAULT_POLICY } = input
    return askForWork(ctx, 'forest-import', {
      ...{ selection: selection.id, file, policy, folds, seed, duplicates },
      ...(features === undefined ? {} : { features }),
    } satisfies ForestImportInput)
  }),

  /** The forest of a router as an ONNX file, in base64: raw features in, two probabilities out. */
  exportForest: query.input(ById).query(async ({ ctx, input }) => {
    const row = found(await findRouter(ctx.db, input.id), 'router', input.id)
    const bytes = await ctx.artifacts.readVerified(row.documentDigest)
    const document = RouterDocument.parse(JSON.parse(bytes.toString()))
    if (document.kind !== 'forest')
      throw new Refusal(
        'invalid',
        `Cannot export router "${input.id}": is of kind ${document.kind}, expected forest`,
      )
    return { version: row.version, onnx: Buffer.from(writeOnnxForest(document)).toString('base64') }
  }),

  list: query.input(RouterList.prefault({})).query(({ ctx, input }) => pageRouters(ctx.db, input)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findRouter(ctx.db, input.id), 'router', input.id)),
})
