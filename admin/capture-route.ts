// A captured image as people get it. It may show anything, so it takes more than the right to read tables.

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import { Digest } from '#contract/digest.ts'
import { writeAudit } from '#db/queries/access.ts'
import { openStored } from './artifacts/serve-artifact.ts'
import { type Actor, signatureOf } from './auth/actor.ts'
import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'

export async function serveCapture(ctx: Context, actor: Actor, c: HttpContext): Promise<Response> {
  const digest = Digest.safeParse(c.req.param('digest')).data
  const size = digest === undefined ? undefined : await ctx.captures.size(digest)
  if (digest === undefined || size === undefined)
    throw new Refusal('not-found', `Cannot find capture "${c.req.param('digest')}": it does not exist`)
  const stream = await openStored(ctx, ctx.captures, { digest, sizeBytes: size })
  await writeAudit(ctx.db, {
    actor: signatureOf(actor),
    actorId: actor.id,
    action: 'captures.fetch',
    outcome: 'ok',
    input: { digest },
  })
  return c.body(Readable.toWeb(stream) as ReadableStream, 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(size),
  })
}
