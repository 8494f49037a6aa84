// What a client is told when something is refused: status, code, sentence. A defect is none of these, and says nothing.

import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ErrorBody } from '#contract/classify.ts'
import { ImageRefused } from '#vision/image-refused.ts'
import { errorBody, RequestRefused, STATUS } from './request-refused.ts'

export interface Refusal {
  readonly status: ContentfulStatusCode
  readonly body: ErrorBody
  readonly headers: Record<string, string>
}

/** Undefined for a defect. */
export function refusalOf(error: unknown, requestId: string): Refusal | undefined {
  if (!(error instanceof ImageRefused) && !(error instanceof RequestRefused)) return undefined
  const status = STATUS[error.code]
  const headers: Record<string, string> = {}
  // A second is a hundred images: the line is short again.
  if (status === 503) headers['retry-after'] = '1'
  if (status === 401) headers['www-authenticate'] = 'Bearer'
  return { status, body: errorBody(error.code, error.message, requestId), headers }
}
