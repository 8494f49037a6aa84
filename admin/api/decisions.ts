// Stage observe: what the devices decided and why, and how often their tiers disagree on what stayed.

import { z } from 'zod'
import { DecisionFigures, DecisionList, DecisionSaving } from '#contract/api/decisions.ts'
import { disagreementOf } from '#core/observe/disagreement.ts'
import { decisionTotals } from '#db/queries/decisions.ts'
import { findDevice } from '#db/queries/devices.ts'
import { pageDecisions } from '#db/queries/lists/decision-lists.ts'
import { auditsByDeployment } from '#db/queries/observe/audits.ts'
import { decisionFigures } from '#db/queries/observe/decision-figures.ts'
import { found } from '../refusal.ts'
import { savingOf } from './observe/saving.ts'
import { query, router } from './trpc.ts'

const Since = z.object({
  sinceHours: z
    .number()
    .positive()
    .max(24 * 366)
    .default(24),
})

const sinceOf = ({ sinceHours }: z.infer<typeof Since>): Date => new Date(Date.now() - sinceHours * 3_600_000)

const dateOf = (at: string | undefined): Date | undefined => (at === undefined ? undefined : new Date(at))

export const decisionsRouter = router({
  list: query.input(DecisionList.prefault({})).query(async ({ ctx, input }) => {
    const { device, from, before, ...filter } = input
    const deviceId = device && found(await findDevice(ctx.db, device), 'device', device).id
    return pageDecisions(ctx.db, { ...filter, deviceId, from: dateOf(from), before: dateOf(before) })
  }),

  /** Over months, by hour, day or month: what is kept when decisions are not any more. Up to a minute old. */
  figures: query
    .input(DecisionFigures)
    .query(({ ctx, input }) =>
      decisionFigures(ctx.db, { ...input, from: new Date(input.from), before: new Date(input.before) }),
    ),

  totals: query.input(Since).query(({ ctx, input }) => decisionTotals(ctx.db, { since: sinceOf(input) })),

  /** Energy at the devices against sending every image to the edge, and none; with how sure that is. */
  saving: query
    .input(DecisionSaving)
    .query(({ ctx, input }) => savingOf(ctx.db, input.deployment, sinceOf(input))),

  /** Of audited images, per deployment: the share with its 95 % interval. */
  disagreement: query.input(Since).query(async ({ ctx, input }) => {
    const rows = await auditsByDeployment(ctx.db, sinceOf(input))
    return rows.map(({ deploymentId, audits, disagreed }) => ({
      deploymentId,
      // There is no row without an audit.
      ...disagreementOf(disagreed, audits)!,
    }))
  }),
})
