// Registers the built-in classify function at start. The bundle is made from its folder by path: the control
// plane ships functions as bytes and never runs or imports one.

import { fileURLToPath } from 'node:url'
import { ensureFunction } from '#db/queries/functions.ts'
import { bundleFunction } from '#platform/bundle-function.ts'
import { keepBytes } from '../artifacts/keep-artifact.ts'
import type { Context } from '../context.ts'

const ENTRY = fileURLToPath(new URL('../../functions/classify/classify.ts', import.meta.url))

export async function ensureBuiltInFunction(ctx: Context): Promise<void> {
  const ref = await keepBytes(ctx, Buffer.from(await bundleFunction(ENTRY)), 'text/javascript')
  await ensureFunction(ctx.db, 'classify', ref.digest)
}
