// Stage train: routers for a selected pair, each with the evaluation that speaks for it. A router is immutable;
// training again makes the next version.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { FEATURES_VERSION, FeatureName } from '#contract/features.ts'
import { DEFAULT_POLICY, Duplicates, Folds, Seed } from '#contract/results/evaluation-options.ts'
import { FeatureChoice } from '#contract/results/pair-report.ts'
import { ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import type { PairData } from '#core/train/pair-data.ts'
import type { TrainedRouter } from '#core/train/train-router.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { findRouter, insertRouter, listRouters } from '#db/queries/train/routers.ts'
import type { LeakCheck, RouterProvenance } from '#db/schema/train.ts'
import type { Context } from '../context.ts'
import { type LoadedPair, loadPair } from '../jobs/pair-data.ts'
import { trainInChild } from '../jobs/train.ts'
import { importForest } from '../onnx-forest/import-forest.ts'
import { writeOnnxForest } from '../onnx-forest/write-onnx-forest.ts'
import { found, Refusal } from '../refusal.ts'
import { ById } from './inputs.ts'
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

/** Of a training that was not refused. */
function leakCheckOf({ pixelDigests }: PairData, duplicates: Duplicates): LeakCheck {
  if (pixelDigests === null) return 'unchecked'
  const hasDuplicates = new Set(pixelDigests).size < pixelDigests.length
  return hasDuplicates && duplicates === 'leave-out' ? 'duplicates-left-out' : 'none-found'
}

/** Those that the device will have to extract. */
function featuresOf(document: RouterDocument): readonly FeatureName[] {
  if (document.kind === 'two-stage') return document.forest.features
  return 'features' in document ? document.features : []
}

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

type Made = Pick<TrainedRouter, 'document' | 'evaluation'>
type Origin = Omit<RouterProvenance, 'featuresVersion' | 'features' | 'leakCheck'> & {
  duplicates: Duplicates
}

async function register(ctx: Context, pair: LoadedPair, made: Made, origin: Origin) {
  const { duplicates, ...provenance } = origin
  const document = RouterDocument.parse(made.document)
  const ref = await ctx.artifacts.putBytes(Buffer.from(JSON.stringify(document)))
  await recordArtifact(ctx.db, ref, 'application/json')
  return insertRouter(ctx.db, {
    kind: document.kind,
    selectionId: pair.selection.id,
    documentDigest: ref.digest,
    evaluation: made.evaluation,
    provenance: {
      ...provenance,
      featuresVersion: FEATURES_VERSION,
      features: featuresOf(document),
      leakCheck: leakCheckOf(pair.data, duplicates),
    },
  })
}

export const routersRouter = router({
  train: mutation.input(Training).mutation(async ({ ctx, input }) => {
    const pair = await loadPair(ctx.db, input.selection, 'train')
    const { kind, folds, seed, featureChoice, duplicates } = input
    const common = { policy: policyOf(input), folds, seed, featureChoice, duplicates }
    const trained = await trainInChild({ data: pair.data, options: { kind, ...common } })
    return register(ctx, pair, trained, { ...pair.jobs, ...common })
  }),

  /** A forest that was trained elsewhere; it is judged on the images of the selection. */
  importForest: mutation.input(Import).mutation(async ({ ctx, input }) => {
    const pair = await loadPair(ctx.db, input.selection, 'import')
    if (!input.trainedOnOtherImages)
      throw new Refusal(
        'invalid',
        `Cannot import forest: nothing says that it was trained on other images than those of data set "${pair.names.dataset}", which judge it; ` +
          'a forest looks far too good on images that it has seen. Declare it (--trained-on-other-images), or train here',
      )
    if ((await ctx.artifacts.size(input.file)) === undefined)
      throw new Refusal('invalid', `Cannot import forest: file ${input.file} was not uploaded`)
    const { folds, seed, duplicates, features } = input
    const common = { policy: input.policy ?? DEFAULT_POLICY, folds, seed, duplicates }
    const bytes = await ctx.artifacts.readVerified(input.file)
    const { labels, ...made } = await importForest({ bytes, features, data: pair.data, options: common })
    const row = await register(ctx, pair, made, { ...pair.jobs, ...common, importedFrom: input.file })
    return { ...row, labels }
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

  list: query.query(({ ctx }) => listRouters(ctx.db)),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findRouter(ctx.db, input.id), 'router', input.id)),
})
