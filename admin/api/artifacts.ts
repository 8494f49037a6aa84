// Which of a list of artifacts the control plane has already, so that a client uploads only the others. The
// bytes themselves go over plain HTTP (artifact-upload.ts): tRPC is no place for streams.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import { query, router } from './trpc.ts'

export const artifactsRouter = router({
  /** A query by its nature, a mutation by its size: lists do not fit into a URL. It changes nothing. */
  missing: query
    .input(z.object({ digests: z.array(Digest).max(100_000) }))
    .mutation(async ({ ctx, input }) => {
      const sizes = await artifactSizes(ctx.db, input.digests)
      return [...new Set(input.digests)].filter((digest) => !sizes.has(digest))
    }),
})
