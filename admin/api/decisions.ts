// Stage observe: what the devices decided and why, and how often their tiers disagree on what stayed.

import { z } from 'zod'
import { disagreementOf } from '#core/observe/disagreement.ts'
import { listAudit } from '#db/queries/access.ts'
import { decisionTotals, listDecisions } from '#db/queries/decisions.ts'
import { auditsByDeployment } from '#db/queries/observe/audits.ts'
import { query, router } from './trpc.ts'

const limit = z.number().int().min(1).max(1_000).default(50)

const Since = z.object({
  sinceHours: z
    .number()
    .positive()
    .max(24 * 366)
    .default(24),
})

const sinceOf = ({ sinceHours }: z.infer<typeof Since>): Date => new Date(Date.now() - sinceHours * 3_600_000)

export const decisionsRouter = router({
  list: query.input(z.object({ limit })).query(({ ctx, input }) => listDecisions(ctx.db, input.limit)),

  totals: query.input(Since).query(({ ctx, input }) => decisionTotals(ctx.db, { since: sinceOf(input) })),

  /** Of audited images, per deployment: the share with its 95 % interval. */
  disagreement: query.input(Since).query(async ({ ctx, input }) => {
    const rows = await auditsByDeployment(ctx.db, sinceOf(input))
    return rows.map(({ deploymentId, audits, disagreed }) => ({
      deploymentId,
      // There is no row without an audit.
      ...disagreementOf(disagreed, audits)!,
    }))
  }),

  audit: query
    .input(z.object({ limit, before: z.number().int().positive().optional() }))
    .query(({ ctx, input }) => listAudit(ctx.db, input)),
})
