// Stage train: the report of a pair, made by a job. Whoever starts one gets its row at once and asks for it again by
// its id; asking twice for the same while it runs is asking once.

import { z } from 'zod'
import { ById } from '#contract/api/names.ts'
import { EvaluationList } from '#contract/api/train.ts'
import { EvaluationOptions } from '#contract/results/evaluation-options.ts'
import { findJobOf } from '#db/queries/jobs/jobs.ts'
import { pageEvaluations } from '#db/queries/lists/train-lists.ts'
import { ensureEvaluation, findEvaluation } from '#db/queries/train/evaluations.ts'
import { askForWork } from '../jobs/ask-for-work.ts'
import { findPair } from '../jobs/pair-data.ts'
import { found } from '../refusal.ts'
import { mutation, query, router } from './trpc.ts'

/** The newest selection where it is left out. */
const Start = EvaluationOptions.extend({ selection: z.string().min(1).max(100).optional() })

export const evaluationsRouter = router({
  start: mutation.input(Start).mutation(async ({ ctx, input: { selection: wanted, ...options } }) => {
    const { selection } = await findPair(ctx.db, wanted, 'evaluate')
    return ctx.db.transaction(async (tx) => {
      const { row } = await ensureEvaluation(tx, selection.id, options)
      const job = await askForWork({ ...ctx, db: tx }, 'evaluation', { evaluation: row.id }, row.id)
      return { ...row, job: job.id }
    })
  }),

  get: query.input(ById).query(async ({ ctx, input }) => {
    const row = found(await findEvaluation(ctx.db, input.id), 'evaluation', input.id)
    // None of those that were made before there were jobs.
    return { ...row, job: (await findJobOf(ctx.db, row.id))?.id ?? null }
  }),

  list: query.input(EvaluationList.prefault({})).query(({ ctx, input }) => pageEvaluations(ctx.db, input)),
})
