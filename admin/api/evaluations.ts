// Stage train: the report of a pair, made in the background. Whoever starts one gets its row at once and asks for it
// again by its id; asking twice for the same while it runs is asking once.

import { z } from 'zod'
import { EvaluationOptions } from '#contract/results/evaluation-options.ts'
import { ensureEvaluation, findEvaluation, listEvaluations } from '#db/queries/train/evaluations.ts'
import { runEvaluation } from '../jobs/evaluate.ts'
import { loadPair } from '../jobs/pair-data.ts'
import { found } from '../refusal.ts'
import { ById } from './inputs.ts'
import { mutation, query, router } from './trpc.ts'

/** The newest selection where it is left out. */
const Start = EvaluationOptions.extend({ selection: z.string().min(1).max(100).optional() })

export const evaluationsRouter = router({
  start: mutation.input(Start).mutation(async ({ ctx, input: { selection: wanted, ...options } }) => {
    const { selection, names, data } = await loadPair(ctx.db, wanted, 'evaluate')
    const { row, isNew } = await ensureEvaluation(ctx.db, selection.id, options)
    if (isNew) void runEvaluation(ctx, row.id, { data, options: { ...names, ...options } })
    return row
  }),

  get: query
    .input(ById)
    .query(async ({ ctx, input }) => found(await findEvaluation(ctx.db, input.id), 'evaluation', input.id)),

  list: query.query(({ ctx }) => listEvaluations(ctx.db)),
})
