// Label lists are artifacts: JSON arrays of names in the order of a model's output.

import { LabelList } from '#contract/model.ts'
import { claimArtifact } from '#db/queries/artifacts.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'

/** The largest honest list: 100,000 names of 500 bytes would be 50 MB; 21,000 of ImageNet are 1 MB. */
const LABELS_MAX_BYTES = 8 * 1024 ** 2

export async function readLabels(ctx: Pick<Context, 'artifacts' | 'db'>, digest: string): Promise<LabelList> {
  const size = await claimArtifact(ctx.db, digest)
  if (size === undefined)
    throw new Refusal('invalid', `Cannot read labels "${digest}": they were not uploaded`)
  if (size > LABELS_MAX_BYTES)
    throw new Refusal(
      'too-large',
      `Cannot read labels "${digest}": is ${size} bytes, expected at most ${LABELS_MAX_BYTES}`,
    )
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
