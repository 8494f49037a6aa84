// Stage observe: hard images that devices handed in for labelling.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { listCaptures, listStoredCaptures } from '#db/queries/observe/captures.ts'
import { query, router } from '../trpc.ts'

const limit = z.number().int().min(1).max(1_000).default(50)

export const capturesRouter = router({
  /** Newest first, also those whose bytes are still on their way. */
  list: query.input(z.object({ limit })).query(({ ctx, input }) => listCaptures(ctx.db, input.limit)),

  /** A page of those that can be fetched, to go through all of them. */
  page: query
    .input(
      z.object({
        limit,
        deploymentId: z.string().optional(),
        after: z.object({ digest: Digest, deviceId: z.string() }).optional(),
      }),
    )
    .query(({ ctx, input }) => listStoredCaptures(ctx.db, input)),
})
