// The typed client of the API: queries in batches, mutations one by one, streams as server-sent events. What is lost with
// a connection is asked again where that is safe: queries always, mutations that heed an idempotency key with the key of
// the first attempt. So a control plane that is killed in the middle, or a proxy that moves on to another one, is a pause.

import { randomUUID } from 'node:crypto'
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  type Operation,
  retryLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { IDEMPOTENCY_HEADER, IDEMPOTENT_CALLS } from '#contract/api/idempotency.ts'
import type { AdminRouter } from '../../api/router.ts'
import { FetchEventSource } from './event-source.ts'
import { unreachable } from './unreachable.ts'

export type Trpc = ReturnType<typeof createTRPCClient<AdminRouter>>

export interface LinkOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Under a second and a half together: a person who mistyped an address should not wait longer. */
const ATTEMPTS_MAX = 4
/** Who was there and is gone may be started anew: 20 seconds together. */
const ATTEMPTS_LOST_MAX = 13
const againAfterMs = (attempt: number): number => Math.min(2_000, 200 * 2 ** (attempt - 1))

const heedsKey = (op: Operation): boolean => op.type === 'mutation' && IDEMPOTENT_CALLS.has(op.path)

/** Nobody listens there. */
function isRefused(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause)
    if ((e as NodeJS.ErrnoException).code === 'ECONNREFUSED') return true
  return false
}

/** A page of somebody else's server, which will not become a control plane; proxies that lost theirs say 5xx. */
function isOfAnother(error: Error): boolean {
  const { response } = ((error as { meta?: unknown }).meta ?? {}) as { response?: Response }
  return response !== undefined && response.status < 500
}

/** Whoever was not reached is told by its address; the API's own refusals stay as they are. */
const inWords =
  (url: string): TRPCLink<AdminRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) =>
          observer.error(
            error.shape === undefined && !op.signal?.aborted
              ? TRPCClientError.from(unreachable(url, error))
              : error,
          ),
      }),
    )

/** For all attempts of one call. */
const prepare: TRPCLink<AdminRouter> =
  () =>
  ({ op, next }) => {
    const key = heedsKey(op) ? { idempotencyKey: randomUUID() } : {}
    return next({ ...op, context: { ...key, ...op.context, attempts: { wereLost: false } } })
  }

/** An answer in the API's words is an answer; all else is a connection that was lost, or a proxy's page. */
function mayAskAgain(op: Operation, error: Error & { shape?: unknown }, attempts: number): boolean {
  if (error.shape !== undefined || !(op.type === 'query' || heedsKey(op))) return false
  if (isOfAnother(error)) return false
  const context = op.context.attempts as { wereLost: boolean }
  context.wereLost ||= !isRefused(error)
  return attempts < (context.wereLost ? ATTEMPTS_LOST_MAX : ATTEMPTS_MAX)
}

const keyOf = (op: Operation): Record<string, string> =>
  typeof op.context.idempotencyKey === 'string' ? { [IDEMPOTENCY_HEADER]: op.context.idempotencyKey } : {}

export function openLink({ url, headers }: LinkOptions): Trpc {
  const http = { url: `${url}/trpc` }
  return createTRPCClient<AdminRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({
          url: http.url,
          EventSource: FetchEventSource,
          eventSourceOptions: { headers },
        }),
        false: [
          inWords(url),
          prepare,
          retryLink({
            retry: ({ op, error, attempts }) => mayAskAgain(op, error, attempts),
            retryDelayMs: againAfterMs,
          }),
          splitLink({
            condition: (op) => op.type === 'mutation',
            true: httpLink({ ...http, headers: ({ op }) => ({ ...headers, ...keyOf(op) }) }),
            false: httpBatchLink({ ...http, headers, maxItems: 10 }),
          }),
        ],
      }),
    ],
  })
}
