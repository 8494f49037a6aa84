// The one way in which a request is refused before any image is looked at, and the one table that gives every refusal
// its status. What was wrong with an image itself is `ImageRefused`; both reach the client as a code and a sentence.

import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ErrorBody } from '#contract/classify.ts'
import type { ImageRefusedCode } from '#vision/image-refused.ts'

export type RequestRefusedCode =
  | 'empty'
  | 'too-large'
  | 'too-many-images'
  | 'too-slow'
  | 'broken-off'
  | 'encoded'
  | 'invalid'
  | 'unsupported-format'
  | 'unauthorised'
  | 'not-ready'
  | 'busy'
  | 'late'
  | 'wrong-deployment'

export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly code: RequestRefusedCode

  constructor(code: RequestRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export const STATUS: Record<ImageRefusedCode | RequestRefusedCode, ContentfulStatusCode> = {
  'broken-off': 400,
  empty: 400,
  invalid: 400,
  unauthorised: 401,
  'too-slow': 408,
  'wrong-deployment': 409,
  'too-large': 413,
  'too-many-images': 413,
  'too-many-pixels': 413,
  encoded: 415,
  'unsupported-format': 415,
  damaged: 422,
  'not-ready': 503,
  busy: 503,
  late: 503,
}

export function errorBody(code: string, message: string, requestId?: string): ErrorBody {
  return { error: requestId === undefined ? { code, message } : { code, message, requestId } }
}
