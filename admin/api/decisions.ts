// Stage observe: what the devices decided and why.

import { z } from 'zod'
import { listAudit } from '#db/queries/access.ts'
import { decisionTotals, listDecisions } from '#db/queries/decisions.ts'
import { query, router } from './trpc.ts'

const limit = z.number().int().min(1).max(1_000).default(50)

export const decisionsRouter = router({
  list: query.input(z.object({ limit })).query(({ ctx, input }) => listDecisions(ctx.db, input.limit)),

  totals: query
    .input(
      z.object({
        sinceHours: z
          .number()
          .positive()
          .max(24 * 366)
          .default(24),
      }),
    )
    .query(({ ctx, input }) =>
      decisionTotals(ctx.db, { since: new Date(Date.now() - input.sinceHours * 3_600_000) }),
    ),

  audit: query
    .input(z.object({ limit, before: z.number().int().positive().optional() }))
    .query(({ ctx, input }) => listAudit(ctx.db, input)),
})
