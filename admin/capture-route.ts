// A captured image as people get it. It may show anything, so it takes more than the right to read tables.

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import { Digest } from '#contract/digest.ts'
import type { ApiKey } from '#db/queries/access.ts'
import { writeAudit } from '#db/queries/access.ts'
import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'

export async function serveCapture(
  ctx: Context,
  actor: ApiKey | undefined,
  c: HttpContext,
): Promise<Response> {
  if (!actor) throw new Refusal('unauthorised', 'Cannot fetch a capture: an API key is missing or not valid')
  if (actor.role === 'viewer')
    throw new Refusal(
      'forbidden',
      'Cannot fetch a capture: role viewer sees what was decided, not the images',
    )
  const digest = Digest.safeParse(c.req.param('digest')).data
  const size = digest === undefined ? undefined : await ctx.captures.size(digest)
  if (digest === undefined || size === undefined)
    throw new Refusal('not-found', `Cannot find capture "${c.req.param('digest')}": it does not exist`)
  const who = `${actor.name} (${actor.id})`
  await writeAudit(ctx.db, { actor: who, action: 'captures.fetch', outcome: 'ok', input: { digest } })
  return c.body(Readable.toWeb(ctx.captures.stream(digest)) as ReadableStream, 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(size),
  })
}
