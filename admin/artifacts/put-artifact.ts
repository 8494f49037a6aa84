// An artifact in one request: what is small enough to be sent again from its beginning. Larger ones come in parts
// (upload-routes.ts).

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import { Digest } from '#contract/digest.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { recordStored } from './keep-artifact.ts'

/** The largest model of the paper (ResNet-152) is 230 MB; 1 GiB leaves room and bounds a mistake. */
export const ARTIFACT_MAX_BYTES = 1024 ** 3
/** Longer than any that is registered (RFC 6838: 127 characters for either half). */
const MEDIA_TYPE_MAX = 255

export function digestParam(c: HttpContext): string {
  const digest = Digest.safeParse(c.req.param('digest'))
  if (!digest.success)
    throw new Refusal(
      'invalid',
      `Cannot name artifact "${c.req.param('digest')}": ${digest.error.issues[0]!.message}`,
    )
  return digest.data
}

export const mediaTypeOf = (c: HttpContext): string =>
  (c.req.header('content-type') ?? 'application/octet-stream').slice(0, MEDIA_TYPE_MAX)

export const tooLarge = (digest: string) =>
  new Refusal('too-large', `Cannot store artifact "${digest}": is over ${ARTIFACT_MAX_BYTES} bytes`)

export async function putArtifact(ctx: Context, c: HttpContext): Promise<Response> {
  const digest = digestParam(c)
  const body = c.req.raw.body
  if (!body) throw new Refusal('invalid', `Cannot store artifact "${digest}": the body is empty`)
  if (Number(c.req.header('content-length')) > ARTIFACT_MAX_BYTES) throw tooLarge(digest)
  try {
    const ref = await ctx.artifacts.put(Readable.fromWeb(body as never), {
      digest,
      sizeMaxBytes: ARTIFACT_MAX_BYTES,
    })
    await recordStored(ctx, ref, mediaTypeOf(c))
    return c.json(ref, 201)
  } catch (error) {
    if (error instanceof ArtifactRefused)
      throw new Refusal(error.code === 'too-large' ? 'too-large' : 'invalid', error.message, { cause: error })
    throw error
  }
}
