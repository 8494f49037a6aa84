// The procedures that all stages build on: every call passes the table of permissions, every mutation leaves a line in
// the audit log, and no answer carries a stack, a path or SQL.

import { initTRPC, TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { type Actor, requireMay } from '../auth/actor.ts'
import { openRecorder, recordCall } from '../auth/audit.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Refusal, refusalBehind } from '../refusal.ts'
import { callKey } from './call/call-key.ts'
import { doOnce } from './call/do-once.ts'
import { firstField, inputFields } from './call/input-fields.ts'

export interface ApiContext extends Context {
  readonly actor: Actor | undefined
  /** Where the call came from. */
  readonly address: string | undefined
  /** The request's header; a call may bring its own as a field of its input. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Proxies cut connections that are silent for half a minute or more. An hour-old stream would still run by the permission
 * of an hour ago: it ends, and the client comes back with what it may do by then.
 */
const LIVE_STREAMS = {
  ping: { enabled: true, intervalMs: 10_000 },
  maxDurationMs: 5 * 60_000,
  client: { reconnectAfterInactivityMs: 30_000 },
} as const

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: LIVE_STREAMS,
  errorFormatter({ shape, error }) {
    const { stack: _stack, path, code, httpStatus } = shape.data as typeof shape.data & { stack?: string }
    const data = { code, httpStatus, path }
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) {
      const fields = inputFields(error.cause.issues)
      return { ...shape, message: firstField(fields), data: { ...data, fields } }
    }
    if (error.code === 'INTERNAL_SERVER_ERROR')
      return { ...shape, message: 'The control plane failed; its log has the cause', data }
    if (error.cause instanceof Refusal && error.cause.field !== undefined)
      return { ...shape, data: { ...data, fields: [{ path: error.cause.field, message: error.message }] } }
    return { ...shape, data }
  },
})

export const router = t.router
export const createCaller = t.createCallerFactory

/** Refusals keep their sentence and their code; anything else is a defect that only the log sees. */
const refusals = t.middleware(async ({ next }) => {
  const result = await next()
  const refusal = result.ok ? undefined : refusalBehind(result.error.cause)
  if (!refusal) return result
  throw new TRPCError({ code: REFUSALS[refusal.code].trpc, message: refusal.message, cause: refusal })
})

const permitted = t.middleware(({ ctx, next, path }) => {
  requireMay(ctx.actor, path)
  return next()
})

const authenticated = t.middleware(({ ctx, next }) => {
  const { actor } = ctx
  if (!actor)
    throw new Error(
      'a procedure for anyone is built on query or mutation, expected openQuery or openMutation',
    )
  return next({ ctx: { ...ctx, actor } })
})

/** Of strangers, who must not fill the log: what came of a code is limited by their address (auth/sign-in-limit.ts). */
const KEPT_OF_STRANGERS = ['ok', 'FORBIDDEN']

/** Also what the caller may not do; a stranger's calls are turned away before they can fill the log. */
const audited = t.middleware(async ({ ctx, next, path, getRawInput }) => {
  const { actor, address } = ctx
  if (!actor) requireMay(actor, path)
  const input = await getRawInput()
  const audit = openRecorder()
  const result = await next({ ctx: { ...ctx, audit } })
  ctx.live.noteOwnChange()
  const outcome = result.ok ? 'ok' : result.error.code
  if (!actor && !KEPT_OF_STRANGERS.includes(outcome)) return result
  await recordCall(ctx.db, { actor, address, action: path, outcome, input }, audit)
  return result
})

class Undone extends Error {
  readonly result: unknown
  constructor(result: unknown) {
    super('the call was refused')
    this.result = result
  }
}

/** Once for each idempotency key, where the procedure heeds one: then its database is the transaction of the call. */
export const once = t.middleware(async ({ ctx, next, path, getRawInput }) => {
  type Result = Awaited<ReturnType<typeof next>>
  const input = await getRawInput()
  const key = callKey(path, input, ctx.idempotencyKey)
  if (key === undefined || !ctx.actor) return next()
  try {
    const data = await doOnce(ctx.db, { actor: ctx.actor.id, action: path, key, input }, async (tx) => {
      const result = await next({ ctx: { ...ctx, db: tx } })
      if (!result.ok) throw new Undone(result)
      return result.data
    })
    return { ok: true, data, marker: 'middlewareMarker' } as Result
  } catch (error) {
    if (error instanceof Undone) return error.result as Result
    throw error
  }
})

/** For procedures that need no credentials. */
export const openQuery = t.procedure.use(refusals).use(permitted)
// Refusals once more inside: the log tells how a mutation ended with the code that the caller sees.
export const openMutation = t.procedure.use(refusals).use(audited).use(refusals).use(permitted)

/** What goes wrong in a stream that has begun is told like any refusal. */
export async function* inWords<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* stream
  } catch (error) {
    const refusal = refusalBehind(error)
    if (!refusal) throw error
    throw new TRPCError({ code: REFUSALS[refusal.code].trpc, message: refusal.message, cause: refusal })
  }
}

export const query = openQuery.use(authenticated)
/** For what takes long and is to be over before the call's transaction begins: then it goes on with `once`. */
export const mutationBefore = openMutation.use(authenticated)
export const mutation = mutationBefore.use(once)
