// The one error of the control plane's boundary: a closed code, a sentence for a human, and the cause for the
// log. One table turns the code into HTTP and tRPC; nothing of the cause ever leaves.

import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { pgFailure } from '#db/db.ts'
import { CursorRefused } from '#db/queries/lists/keyset.ts'
import { ArtifactStoreFailed } from '#platform/artifacts/artifact-store-failed.ts'

export type RefusalCode =
  | 'invalid'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gate'
  | 'too-large'
  | 'too-many'
  | 'unavailable'

export const REFUSALS: Record<RefusalCode, { http: ContentfulStatusCode; trpc: TRPC_ERROR_CODE_KEY }> = {
  invalid: { http: 400, trpc: 'BAD_REQUEST' },
  unauthorised: { http: 401, trpc: 'UNAUTHORIZED' },
  forbidden: { http: 403, trpc: 'FORBIDDEN' },
  'not-found': { http: 404, trpc: 'NOT_FOUND' },
  conflict: { http: 409, trpc: 'CONFLICT' },
  gate: { http: 412, trpc: 'PRECONDITION_FAILED' },
  'too-large': { http: 413, trpc: 'PAYLOAD_TOO_LARGE' },
  'too-many': { http: 429, trpc: 'TOO_MANY_REQUESTS' },
  unavailable: { http: 503, trpc: 'SERVICE_UNAVAILABLE' },
}

export class Refusal extends Error {
  readonly code: RefusalCode
  /** The input's field that is wrong, where it is one. */
  readonly field: string | undefined
  constructor(code: RefusalCode, message: string, options?: ErrorOptions & { field?: string }) {
    super(message, options)
    this.name = 'Refusal'
    this.code = code
    this.field = options?.field
  }
}

/** For look-ups: the row, or a refusal that says what was asked for. */
export function found<T>(row: T | undefined, noun: string, which: string): T {
  if (row === undefined) throw new Refusal('not-found', `Cannot find ${noun} "${which}": it does not exist`)
  return row
}

/** Number out of range, NUL in a text or in JSON, half a surrogate pair, a text too long for an index: what zod lets through. */
const UNKEEPABLE = ['22003', '22021', '22P05', '22P02', '54000']

/** A client that has gone in the middle of its body, as Node's HTTP server tells it. */
const isBrokenOff = (error: unknown): boolean =>
  error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'

/** The refusal behind an error, also where PostgreSQL refused a value; undefined for a defect. */
export function refusalBehind(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (isBrokenOff(error))
    return new Refusal('invalid', 'Cannot read the body: the connection broke off', { cause: error })
  if (error instanceof ArtifactStoreFailed)
    return new Refusal(
      'unavailable',
      'Cannot reach the artifact store; the control plane’s log has the cause',
      {
        cause: error,
      },
    )
  if (error instanceof CursorRefused)
    return new Refusal('invalid', error.message, { cause: error, field: 'cursor' })
  if (!UNKEEPABLE.includes(pgFailure(error)?.code ?? '')) return undefined
  return new Refusal(
    'invalid',
    'Cannot keep the input: it holds a number or a character that PostgreSQL cannot store',
    { cause: error },
  )
}
