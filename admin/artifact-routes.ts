// Artifact bytes over HTTP: admins put, devices get what they were told of, with Range.

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import { Digest } from '#contract/digest.ts'
import { recordArtifact } from '#db/queries/artifacts.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { Context } from './context.ts'
import { Refusal } from './refusal.ts'

/** The largest model of the paper (ResNet-152) is 230 MB; 1 GiB leaves room and bounds a mistake. */
const ARTIFACT_MAX_BYTES = 1024 ** 3

const digestParam = (c: HttpContext): string => {
  const digest = Digest.safeParse(c.req.param('digest'))
  if (!digest.success)
    throw new Refusal(
      'invalid',
      `Cannot name artifact "${c.req.param('digest')}": ${digest.error.issues[0]!.message}`,
    )
  return digest.data
}

export async function putArtifact(ctx: Context, c: HttpContext): Promise<Response> {
  const digest = digestParam(c)
  const body = c.req.raw.body
  if (!body) throw new Refusal('invalid', `Cannot store artifact "${digest}": the body is empty`)
  if (Number(c.req.header('content-length')) > ARTIFACT_MAX_BYTES)
    throw new Refusal('too-large', `Cannot store artifact "${digest}": is over ${ARTIFACT_MAX_BYTES} bytes`)
  try {
    const ref = await ctx.artifacts.put(Readable.fromWeb(body as never), {
      digest,
      sizeMaxBytes: ARTIFACT_MAX_BYTES,
    })
    await recordArtifact(ctx.db, ref, c.req.header('content-type') ?? 'application/octet-stream')
    return c.json(ref, 201)
  } catch (error) {
    if (error instanceof ArtifactRefused)
      throw new Refusal(error.code === 'too-large' ? 'too-large' : 'invalid', error.message, { cause: error })
    throw error
  }
}

/** One range of RFC 9110 section 14; anything else is answered with the whole file, as the RFC allows. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'none' | 'bad' {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '')
  if (!match) return 'none'
  const start = Number(match[1])
  const last = match[2] === '' ? size - 1 : Number(match[2])
  // A range that ends before it begins is no range; only one that begins behind the file cannot be served.
  if (start >= size) return 'bad'
  return last < start ? 'none' : { start, end: Math.min(last, size - 1) }
}

/** What the asker was not told of is answered as what is not there, in as much time. */
export async function getArtifact(
  ctx: Context,
  c: HttpContext,
  isTold: (digest: string) => Promise<boolean>,
): Promise<Response> {
  const digest = digestParam(c)
  const [size, told] = await Promise.all([ctx.artifacts.size(digest), isTold(digest)])
  if (size === undefined || !told)
    throw new Refusal('not-found', `Cannot find artifact "${digest}": it does not exist`)
  const headers = {
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
  }
  const range = parseRange(c.req.header('range'), size)
  if (range === 'bad') return c.body(null, 416, { ...headers, 'content-range': `bytes */${size}` })
  if (range === 'none')
    return c.body(Readable.toWeb(ctx.artifacts.stream(digest)) as ReadableStream, 200, {
      ...headers,
      'content-length': String(size),
    })
  return c.body(Readable.toWeb(ctx.artifacts.stream(digest, range)) as ReadableStream, 206, {
    ...headers,
    'content-range': `bytes ${range.start}-${range.end}/${size}`,
    'content-length': String(range.end - range.start + 1),
  })
}
