// Artifact bytes to who may have them: admins, and devices that were told of them. Whole or one range, as RFC 9110 has
// it (sections 13 and 14). They are streamed through also from a bucket: a redirect to it would need no bandwidth here,
// but devices would have to reach the bucket, trust its certificate and its clock, and would leave a URL behind by which
// anybody could fetch the model; a fleet loads a model once. Whoever fetches hashes what came.

import { Readable } from 'node:stream'
import type { Context as HttpContext } from 'hono'
import type { ArtifactRef } from '#contract/digest.ts'
import { artifactSizes } from '#db/queries/artifacts.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { Artifacts, ByteRange } from '#platform/artifacts/artifacts.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import { digestParam } from './put-artifact.ts'

/** One range; anything else is answered with the whole, as the RFC allows. */
function parseRange(header: string | undefined, size: number): ByteRange | 'none' | 'bad' {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '')
  if (!match) return 'none'
  const start = Number(match[1])
  const last = match[2] === '' ? size - 1 : Number(match[2])
  // A range that ends before it begins is no range; only one that begins behind the file cannot be served.
  if (start >= size) return 'bad'
  return last < start ? 'none' : { start, end: Math.min(last, size - 1) }
}

/** If-Range: of another version, or by a date, which artifacts have none of, the range is not meant. */
function wantedRange(c: HttpContext, size: number, etag: string): ByteRange | 'none' | 'bad' {
  const condition = c.req.header('if-range')
  if (condition !== undefined && condition !== etag) return 'none'
  return parseRange(c.req.header('range'), size)
}

const isUnchanged = (c: HttpContext, etag: string): boolean =>
  (c.req.header('if-none-match') ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*')

/** What the asker was not told of is answered as what is not there, in as much time. */
export async function serveArtifact(
  ctx: Context,
  c: HttpContext,
  isTold: (digest: string) => Promise<boolean> = async () => true,
): Promise<Response> {
  const digest = digestParam(c)
  const [sizes, told] = await Promise.all([artifactSizes(ctx.db, [digest]), isTold(digest)])
  const sizeBytes = sizes.get(digest)
  if (sizeBytes === undefined || !told) throw notFound(digest)
  return serveBytes(ctx, c, { digest, sizeBytes })
}

/** Of an artifact that the asker may have. */
export async function serveBytes(
  ports: Pick<Context, 'artifacts' | 'log'>,
  c: HttpContext,
  ref: ArtifactRef,
): Promise<Response> {
  const { sizeBytes } = ref
  const etag = `"${ref.digest}"`
  const headers = {
    etag,
    'accept-ranges': 'bytes',
    // Uploaders name any media type; none of them may make a browser run what was uploaded.
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  }
  if (isUnchanged(c, etag)) return c.body(null, 304, headers)
  const range = wantedRange(c, sizeBytes, etag)
  if (range === 'bad') return c.body(null, 416, { ...headers, 'content-range': `bytes */${sizeBytes}` })
  const isWhole = range === 'none'
  const body = await bodyOf(ports, c, ref, isWhole ? undefined : range)
  if (isWhole) return c.newResponse(body, 200, { ...headers, 'content-length': String(sizeBytes) })
  return c.newResponse(body, 206, {
    ...headers,
    'content-range': `bytes ${range.start}-${range.end}/${sizeBytes}`,
    'content-length': String(range.end - range.start + 1),
  })
}

/** None for HEAD: what is opened and not read would be held open. */
async function bodyOf(
  ports: Pick<Context, 'artifacts' | 'log'>,
  c: HttpContext,
  ref: ArtifactRef,
  range: ByteRange | undefined,
): Promise<ReadableStream | null> {
  if (c.req.method === 'HEAD') return null
  const stream = await openStored(ports, ports.artifacts, ref, range)
  return Readable.toWeb(stream) as ReadableStream
}

/** Of bytes that a row vouches for: that they have gone is a loss, which the log is told of. */
export async function openStored(
  { log }: Pick<Context, 'log'>,
  store: Artifacts,
  ref: ArtifactRef,
  range?: ByteRange,
): Promise<Readable> {
  try {
    return await store.open(ref, range)
  } catch (error) {
    if (!(error instanceof ArtifactRefused)) throw error
    log.error({ err: error, digest: ref.digest }, 'an artifact has gone from its store')
    throw notFound(ref.digest)
  }
}

const notFound = (digest: string) =>
  new Refusal('not-found', `Cannot find artifact "${digest}": it does not exist`)
