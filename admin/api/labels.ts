// Label lists are artifacts: JSON arrays of names in the order of a model's output.

import { LabelList } from '#contract/model.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'

export async function readLabels(ctx: Pick<Context, 'artifacts'>, digest: string): Promise<LabelList> {
  if ((await ctx.artifacts.size(digest)) === undefined)
    throw new Refusal('invalid', `Cannot read labels "${digest}": they were not uploaded`)
  const bytes = await ctx.artifacts.readVerified(digest)
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new Refusal('invalid', `Cannot read labels "${digest}": is not JSON, expected an array of names`, {
      cause,
    })
  }
  const labels = LabelList.safeParse(json)
  if (!labels.success)
    throw new Refusal('invalid', `Cannot read labels "${digest}": ${labels.error.issues[0]!.message}`)
  return labels.data
}
