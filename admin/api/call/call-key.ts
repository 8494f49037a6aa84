// The idempotency key of a call: a field of its input, or else the request's header, which is for one call alone.

import { IDEMPOTENCY_HEADER, IDEMPOTENT_CALLS, IdempotencyKey } from '#contract/api/idempotency.ts'
import { Refusal } from '../../refusal.ts'

/** Undefined where there is none, or where the procedure heeds none. */
export function callKey(path: string, input: unknown, header: string | undefined): string | undefined {
  if (!IDEMPOTENT_CALLS.has(path)) return undefined
  const field = (input as { idempotencyKey?: unknown } | null | undefined)?.idempotencyKey
  const given = field ?? header
  if (given === undefined) return undefined
  const key = IdempotencyKey.safeParse(given)
  if (key.success) return key.data
  throw new Refusal(
    'invalid',
    `Cannot read field "${field === undefined ? IDEMPOTENCY_HEADER : 'idempotencyKey'}": ${key.error.issues[0]!.message}`,
    { field: 'idempotencyKey' },
  )
}
