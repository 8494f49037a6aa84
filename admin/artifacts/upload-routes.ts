// Uploads in parts over HTTP: POST begins or finds, GET and HEAD tell where it is, PATCH adds, DELETE gives up; all on
// /artifacts/<digest>/upload. Documented in docs/artifacts.md.

import type { Hono, Context as HttpContext } from 'hono'
import {
  UPLOAD_COMPLETE_HEADER,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_LIMIT_HEADER,
  UPLOAD_OFFSET_HEADER,
} from '#contract/api/artifacts.ts'
import { signatureOf } from '../auth/actor.ts'
import { actorOf } from '../auth/guard.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Refusal } from '../refusal.ts'
import { ARTIFACT_MAX_BYTES, digestParam, mediaTypeOf, tooLarge } from './put-artifact.ts'
import {
  appendToUpload,
  beginUpload,
  dropUpload,
  UPLOAD_HOURS,
  UploadConflict,
  type UploadState,
  uploadState,
} from './uploads.ts'

export function uploadRoutes(app: Hono, ctx: Context): void {
  const path = '/artifacts/:digest/upload'
  const { partMinBytes } = ctx.artifacts.parts
  const limits = `max-size=${ARTIFACT_MAX_BYTES}, min-append-size=${partMinBytes}, max-age=${Math.round((ctx.uploadHours ?? UPLOAD_HOURS) * 3_600)}`
  const answer = (c: HttpContext, state: UploadState, status: 200 | 201) => {
    const { offsetBytes, isComplete } = state
    return c.json(state, status, {
      [UPLOAD_OFFSET_HEADER]: String(offsetBytes),
      [UPLOAD_LENGTH_HEADER]: String(state.sizeBytes),
      [UPLOAD_COMPLETE_HEADER]: isComplete ? '?1' : '?0',
      [UPLOAD_LIMIT_HEADER]: limits,
      'cache-control': 'no-store',
    })
  }
  app.post(path, async (c) => {
    const digest = digestParam(c)
    const sizeBytes = wholeNumber(c, UPLOAD_LENGTH_HEADER)
    if (sizeBytes === 0)
      throw new Refusal('invalid', `Cannot begin upload "${digest}": it is empty, expected PUT`)
    if (sizeBytes > ARTIFACT_MAX_BYTES) throw tooLarge(digest)
    const createdBy = signatureOf(actorOf(c))
    const state = await beginUpload(ctx, { digest, sizeBytes, mediaType: mediaTypeOf(c), createdBy })
    if (!state.isComplete) c.header('location', `/artifacts/${digest}/upload`)
    return answer(c, state, state.isComplete ? 200 : 201)
  })
  app.get(path, async (c) => answer(c, await uploadState(ctx, digestParam(c)), 200))
  app.patch(path, async (c) => {
    const ask = { digest: digestParam(c), offsetBytes: wholeNumber(c, UPLOAD_OFFSET_HEADER) }
    const { body } = c.req.raw
    // Read as it comes: a Node stream would drop what it had read ahead where the connection breaks off.
    const chunks = (body as AsyncIterable<Uint8Array> | null) ?? none()
    try {
      return answer(c, await appendToUpload(ctx, ask, chunks), 200)
    } catch (error) {
      if (!(error instanceof UploadConflict)) throw error
      c.header(UPLOAD_OFFSET_HEADER, String(error.offsetBytes))
      if (error.retryAfterS !== undefined) c.header('retry-after', String(error.retryAfterS))
      const { code, message } = error
      return c.json({ error: { code, message } }, REFUSALS[code].http)
    }
  })
  app.delete(path, async (c) => {
    await dropUpload(ctx, digestParam(c))
    return c.body(null, 204)
  })
}

function wholeNumber(c: HttpContext, header: string): number {
  const text = c.req.header(header) ?? ''
  const value = Number(text)
  if (/^\d{1,15}$/.test(text)) return value
  throw new Refusal('invalid', `Cannot read header "${header}": is "${text.slice(0, 40)}", expected bytes`)
}

async function* none(): AsyncGenerator<Uint8Array> {}
