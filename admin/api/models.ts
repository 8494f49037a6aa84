// Stage profile: registering candidates. The file is gated in a child process before a row exists.

import { ByName } from '#contract/api/names.ts'
import { ModelFile, ModelList } from '#contract/api/profile.ts'
import { ModelDraft } from '#contract/model.ts'
import { type Db, isUniqueViolation } from '#db/db.ts'
import { claimArtifact } from '#db/queries/artifacts.ts'
import { pageModels } from '#db/queries/lists/profile-lists.ts'
import { findModel, insertModel, type ModelRow } from '#db/queries/models.ts'
import type { Context } from '../context.ts'
import { askGateInTurns } from '../model-gate/ask-gate-in-turns.ts'
import { askGate } from '../model-gate/model-gate.ts'
import { found, Refusal } from '../refusal.ts'
import { readLabels } from './labels.ts'
import { mutationBefore, once, query, router } from './trpc.ts'

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

/**
 * Up to a minute in a process of its own, and so before the transaction of the call: nobody's connection and no lock is
 * held meanwhile. What the file says of the model. Throws where it may not be registered.
 */
async function passGate(ctx: Context, draft: ModelDraft): Promise<{ params?: number }> {
  const labels = await readLabels(ctx, draft.labels)
  if ((await claimArtifact(ctx.db, draft.file)) === undefined)
    throw new Refusal('invalid', `Cannot register model "${draft.name}": file ${draft.file} was not uploaded`)
  const question = { ask: 'check', contract: draft.contract, labelCount: labels.length } as const
  const verdict = await askGateInTurns(draft.file, question, { domains: ctx.modelDomains }, (use) =>
    ctx.artifacts.withFile(draft.file, use),
  )
  if (!verdict.ok) throw new Refusal('invalid', verdict.reason)
  return verdict.params > 0 ? { params: verdict.params } : {}
}

export const modelsRouter = router({
  list: query.input(ModelList.prefault({})).query(({ ctx, input }) => pageModels(ctx.db, input)),

  get: query
    .input(ByName)
    .query(async ({ ctx, input }) => found(await findModel(ctx.db, input.name), 'model', input.name)),

  /** What a file declares: the names, types and shapes that its contract must match. */
  inspect: query.input(ModelFile).mutation(async ({ ctx, input }) => {
    if ((await claimArtifact(ctx.db, input.file)) === undefined)
      throw new Refusal('invalid', `Cannot inspect model: file ${input.file} was not uploaded`)
    const answer = await ctx.artifacts.withFile(input.file, (file) =>
      askGate({ ask: 'inspect', file }, { domains: ctx.modelDomains }),
    )
    if (!answer.ok) throw new Refusal('invalid', answer.reason)
    return answer.info!
  }),

  create: mutationBefore
    .input(ModelDraft)
    .use(async ({ ctx, input, next }) => {
      const ofFile = (await registered(ctx.db, input)) ? {} : await passGate(ctx, input)
      return next({ ctx: { ofFile } })
    })
    .use(once)
    .mutation(async ({ ctx, input }) => {
      const present = await registered(ctx.db, input)
      if (present) return present
      // It has to be there for longer than the gate took.
      await claimArtifact(ctx.db, input.file)
      try {
        // In a transaction of its own, or inside another's a savepoint: a name that is taken must not break that one.
        return await ctx.db.transaction((tx) => insertModel(tx, { ...ctx.ofFile, ...input }))
      } catch (error) {
        if (!isUniqueViolation(error)) throw error
        return (await registered(ctx.db, input))!
      }
    }),
})
