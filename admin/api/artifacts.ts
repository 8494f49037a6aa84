// Artifacts: which of a list are here already, so that a client uploads only the others, what refers to each, and the
// collection of what nothing refers to. The bytes themselves go over plain HTTP (admin/artifacts): tRPC is no place for
// streams.

import { ArtifactList, ByDigest, Collection, MissingArtifacts } from '#contract/api/artifacts.ts'
import { PAGE_MAX } from '#contract/api/page.ts'
import { artifactSizes, touchArtifacts } from '#db/queries/artifacts.ts'
import { findArtifact, pageArtifacts } from '#db/queries/lists/artifact-lists.ts'
import { referencesTo } from '#db/queries/storage/references.ts'
import { listUploads } from '#db/queries/storage/uploads.ts'
import { collectArtifacts } from '../artifacts/collect-artifacts.ts'
import { found } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

export const artifactsRouter = router({
  list: query.input(ArtifactList.prefault({})).query(({ ctx, input }) => pageArtifacts(ctx.db, input)),

  /** With the columns whose rows refer to it; none of them: it will be collected. */
  get: query.input(ByDigest).query(async ({ ctx, input }) => {
    const row = found(await findArtifact(ctx.db, input.digest), 'artifact', input.digest)
    return { ...row, references: await referencesTo(ctx.db, row.digest) }
  }),

  /** Uploads in parts that are under way, the oldest first. */
  uploads: query.query(({ ctx }) => listUploads(ctx.db, PAGE_MAX)),

  /** What is here is touched: whoever asks is about to refer to it. */
  missing: query.input(MissingArtifacts).mutation(async ({ ctx, input }) => {
    await touchArtifacts(ctx.db, input.digests)
    const sizes = await artifactSizes(ctx.db, input.digests)
    return [...new Set(input.digests)].filter((digest) => !sizes.has(digest))
  }),

  /** Now, beside the daily one. */
  collect: mutation
    .input(Collection.prefault({}))
    .mutation(({ ctx, input: { dryRun, graceHours } }) =>
      collectArtifacts(ctx, { dryRun, graceHours: graceHours ?? ctx.artifactGraceHours }),
    ),
})
