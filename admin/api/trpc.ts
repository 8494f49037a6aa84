// The procedures that all stages build on: every call needs a key, every mutation a role that may change things
// and a line in the audit log, and no answer carries a stack, a path or SQL.

import { initTRPC, TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { type ApiKey, writeAudit } from '#db/queries/access.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Refusal, refusalBehind } from '../refusal.ts'

export interface ApiContext extends Context {
  readonly actor: ApiKey | undefined
}

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  errorFormatter({ shape, error }) {
    const { stack: _stack, path, code, httpStatus } = shape.data as typeof shape.data & { stack?: string }
    const data = { code, httpStatus, path }
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) {
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

/** Refusals keep their sentence and their code; anything else is a defect that only the log sees. */
const refusals = t.middleware(async ({ next }) => {
  const result = await next()
  const refusal = result.ok ? undefined : refusalBehind(result.error.cause)
  if (!refusal) return result
  throw new TRPCError({ code: REFUSALS[refusal.code].trpc, message: refusal.message, cause: refusal })
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
  await writeAudit(ctx.db, {
    actor: `${actor.name} (${actor.id})`,
    action: path,
    outcome: result.ok ? 'ok' : result.error.code,
    input: brief(input),
  })
  return result
})

/** Long lists (the images of a data set) and texts would fill the log: it keeps their length or beginning. */
function brief(value: unknown): unknown {
  if (typeof value === 'string') return briefText(value)
  if (Array.isArray(value)) return value.length > 20 ? `[${value.length} entries]` : value.map(brief)
  if (value === null || typeof value !== 'object') return value ?? null
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [briefText(k), brief(v)]))
}

/** jsonb keeps neither NUL nor half a surrogate pair, and a line must not be lost for them. */
const briefText = (text: string): string => text.slice(0, 1_000).replace(/\0|\p{Surrogate}/gu, '\ufffd')

export const query = t.procedure.use(refusals).use(authenticated)
// Refusals once more inside: the log tells how a mutation ended with the code that the caller sees.
export const mutation = query.use(audited).use(refusals)
