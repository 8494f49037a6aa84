// The procedures that all stages build on: every call needs a key, every mutation a role that may change things
// and a line in the audit log, and no answer carries a stack, a path or SQL.

import { initTRPC, TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { type ApiKey, writeAudit } from '#db/queries/access.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Refusal } from '../refusal.ts'

export interface ApiContext extends Context {
  readonly actor: ApiKey | undefined
}

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  errorFormatter({ shape, error }) {
    const { stack: _stack, path, code, httpStatus } = shape.data as typeof shape.data & { stack?: string }
    const data = { code, httpStatus, path }
    if (error.cause instanceof ZodError) {
      const fields = error.cause.issues.map((i) => ({ path: i.path.join('.'), message: i.message }))
      const first = fields[0]!
      return {
        ...shape,
        message: `Cannot read field "${first.path}": ${first.message}`,
        data: { ...data, fields },
      }
    }
    if (error.code === 'INTERNAL_SERVER_ERROR')
      return { ...shape, message: 'The control plane failed; its log has the cause', data }
    return { ...shape, data }
  },
})

export const router = t.router
export const createCaller = t.createCallerFactory

/** Refusals keep their sentence; anything else is a defect that only the log sees. */
const asTrpcError = (error: unknown): unknown =>
  error instanceof Refusal
    ? new TRPCError({ code: REFUSALS[error.code].trpc, message: error.message, cause: error })
    : error

const refusals = t.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause instanceof Refusal) throw asTrpcError(result.error.cause)
  return result
})

const authenticated = t.middleware(({ ctx, next }) => {
  if (!ctx.actor)
    throw new Refusal('unauthorised', 'Cannot use the admin API: an API key is missing or not valid')
  return next({ ctx: { ...ctx, actor: ctx.actor } })
})

const audited = t.middleware(async ({ ctx, next, path, getRawInput }) => {
  const actor = ctx.actor!
  if (actor.role === 'viewer')
    throw new Refusal('forbidden', `Cannot call "${path}": role viewer may only read`)
  const input = await getRawInput()
  const result = await next()
  const outcome = result.ok ? 'ok' : result.error.code
  await writeAudit(ctx.db, {
    actor: `${actor.name} (${actor.id})`,
    action: path,
    outcome,
    input: brief(input),
  })
  return result
})

/** Long lists (the images of a data set) would fill the log: it keeps their length. */
const brief = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.length > 20
      ? `[${value.length} entries]`
      : value.map(brief)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, brief(v)]))
      : (value ?? null)

export const query = t.procedure.use(refusals).use(authenticated)
export const mutation = query.use(audited)
