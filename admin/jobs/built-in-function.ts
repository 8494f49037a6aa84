// Registers the built-in classify function at start. The bundle is made from its folder by path: the control
// plane ships functions as bytes and never runs or imports one.

import { fileURLToPath } from 'node:url'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { ensureFunction } from '#db/queries/functions.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import type { Context } from '../context.ts'

const ENTRY = fileURLToPath(new URL('../../functions/classify/classify.ts', import.meta.url))

export async function ensureBuiltInFunction(ctx: Context): Promise<void> {
  const ref = await ctx.artifacts.putBytes(Buffer.from(await bundleFunction(ENTRY)))
  await recordArtifact(ctx.db, ref, 'text/javascript')
  await ensureFunction(ctx.db, 'classify', ref.digest)
}
