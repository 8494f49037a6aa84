// Stage profile: registering candidates. The file is gated in a child process before a row exists.

import { z } from 'zod'
import { Digest } from '#contract/digest.ts'
import { ModelDraft } from '#contract/model.ts'
import { type Db, isUniqueViolation } from '#db/db.ts'
import { findModel, insertModel, listModels, type ModelRow } from '#db/queries/models.ts'
import { askGate } from '../jobs/model-gate.ts'
import { found, Refusal } from '../refusal.ts'
import { ByName } from './inputs.ts'
import { readLabels } from './labels.ts'
import { mutation, query, router } from './trpc.ts'

/** The same name with the same content is the same registration; with other content it is a conflict. */
function sameModel(row: ModelRow, draft: ModelDraft): boolean {
  return (
    row.fileDigest === draft.file &&
    row.labelsDigest === draft.labels &&
    JSON.stringify(ModelDraft.shape.contract.parse(row.contract)) === JSON.stringify(draft.contract)
  )
}

async function registered(db: Db, draft: ModelDraft): Promise<ModelRow | undefined> {
  const row = await findModel(db, draft.name)
  if (!row || sameModel(row, draft)) return row
  throw new Refusal(
    'conflict',
    `Cannot register model "${draft.name}": that name is taken by other content, expected a new name`,
  )
}

export const modelsRouter = router({
  list: query.query(({ ctx }) => listModels(ctx.db)),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) => found(await findModel(ctx.db, input.name), 'model', input.name)),

  /** What a file declares: the names, types and shapes that its contract must match. */
  inspect: query.input(z.object({ file: Digest })).mutation(async ({ ctx, input }) => {
    if ((await ctx.artifacts.size(input.file)) === undefined)
      throw new Refusal('invalid', `Cannot inspect model: file ${input.file} was not uploaded`)
    const answer = await askGate({ ask: 'inspect', file: ctx.artifacts.path(input.file) })
    if (!answer.ok) throw new Refusal('invalid', answer.reason)
    return answer.info!
  }),

  create: mutation.input(ModelDraft).mutation(async ({ ctx, input }) => {
    const present = await registered(ctx.db, input)
    if (present) return present
    const labels = await readLabels(ctx, input.labels)
    if ((await ctx.artifacts.size(input.file)) === undefined)
      throw new Refusal(
        'invalid',
        `Cannot register model "${input.name}": file ${input.file} was not uploaded`,
      )
    const verdict = await askGate({
      ask: 'check',
      file: ctx.artifacts.path(input.file),
      contract: input.contract,
      labelCount: labels.length,
    })
    if (!verdict.ok) throw new Refusal('invalid', verdict.reason)
    try {
      return await insertModel(ctx.db, input)
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      return (await registered(ctx.db, input))!
    }
  }),
})
