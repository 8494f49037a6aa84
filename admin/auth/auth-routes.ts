// better-auth over HTTP, under one path: only what is listed here, since it brings more than this platform wants
// (changing one's address, asking whether a name exists). What changes something is written into the audit log, without
// the body but for the name that was tried.

import { Hono } from 'hono'
import { sweepAccess } from '#db/queries/access/sweep-access.ts'
import { findUserById } from '#db/queries/access/users.ts'
import { capBody } from '../body-cap.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../refusal.ts'
import type { Actor } from './actor.ts'
import { openRecorder, recordCall } from './audit.ts'
import { addressOf, authHeaders } from './auth-settings.ts'
import type { Door } from './door.ts'
import { AUTH_PATH } from './open-auth.ts'
import { requireOwnPage } from './origin.ts'

/** As what each is written into the log; null for what only reads. */
export const ENDPOINTS: Record<string, string | null> = {
  'POST /sign-in/username': 'session.signIn',
  'POST /sign-in/email': 'session.signIn',
  'POST /sign-out': 'session.signOut',
  'GET /get-session': null,
  'GET /list-sessions': null,
  'POST /revoke-session': 'session.revoke',
  'POST /revoke-sessions': 'session.revokeAll',
  'POST /revoke-other-sessions': 'session.revokeOthers',
  'POST /change-password': 'session.changePassword',
  'POST /two-factor/enable': 'session.enableSecondFactor',
  'POST /two-factor/disable': 'session.disableSecondFactor',
  'POST /two-factor/get-totp-uri': 'session.showSecondFactor',
  'POST /two-factor/generate-backup-codes': 'session.makeBackupCodes',
  'POST /two-factor/verify-totp': 'session.verifySecondFactor',
  'POST /two-factor/verify-backup-code': 'session.useBackupCode',
}

const BODY_MAX_BYTES = 16 * 1024
/** Rows of sessions and limits that have run out are deleted as people sign in. */
const SWEEP_EVERY_MS = 3_600_000

export function authRoutes(ctx: Context, door: Door): Hono {
  const app = new Hono()
  let sweptAt = 0
  app.use(capBody(BODY_MAX_BYTES))
  app.all('/*', async (c) => {
    const endpoint = `${c.req.method} ${c.req.path.slice(AUTH_PATH.length)}`
    const action = Object.hasOwn(ENDPOINTS, endpoint) ? ENDPOINTS[endpoint] : undefined
    if (action === undefined) throw new Refusal('not-found', `Cannot find "${c.req.path}": no such route`)
    if (c.req.header('cookie') !== undefined || c.req.header('origin') !== undefined)
      requireOwnPage(c.req.raw, door.settings.publicUrl)
    const address = addressOf(c, door.settings)
    const before = action === null || action === 'session.signIn' ? undefined : (await door.identify(c)).actor
    const body = c.req.method === 'POST' ? bodyOf(endpoint, await c.req.text()) : undefined
    const request = new Request(c.req.url, {
      method: c.req.method,
      headers: authHeaders(c.req.raw.headers, address),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await (await door.auth()).handler(request)
    const waitS = answer.headers.get('x-retry-after')
    if (waitS !== null) answer.headers.set('retry-after', waitS)
    if (action !== null && answer.status !== 429) {
      const actor = before ?? (await signedIn(ctx, answer))
      const input = { name: body?.username ?? body?.email ?? null }
      const call = { actor, address, action, outcome: await outcomeOf(answer), input }
      await recordCall(ctx.db, call, openRecorder())
    }
    if (Date.now() - sweptAt > SWEEP_EVERY_MS) {
      sweptAt = Date.now()
      await sweepAccess(ctx.db)
    }
    return answer
  })
  return app
}

/** A new password ends all other sessions, whatever the page asked for. */
function bodyOf(endpoint: string, text: string): Record<string, unknown> {
  const body = parsed(text)
  return endpoint === 'POST /change-password' ? { ...body, revokeOtherSessions: true } : body
}

/** NUL and half a surrogate pair, as JSON.stringify writes them. */
const UNKEEPABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

function parsed(text: string): Record<string, unknown> {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (UNKEEPABLE.test(JSON.stringify(value)))
      throw new Refusal('invalid', 'Cannot read the body: holds a character that PostgreSQL cannot store')
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Refusal('invalid', 'Cannot read the body: is no JSON object')
}

async function jsonOf(answer: Response): Promise<Record<string, unknown>> {
  if (!answer.headers.get('content-type')?.includes('json')) return {}
  return ((await answer.clone().json()) ?? {}) as Record<string, unknown>
}

async function signedIn({ db }: Context, answer: Response): Promise<Actor | undefined> {
  if (!answer.ok) return undefined
  const { user } = (await jsonOf(answer)) as { user?: { id: string } }
  const row = user && (await findUserById(db, user.id))
  return row && { kind: 'user', id: row.id, name: row.name, role: row.role, scopes: null }
}

async function outcomeOf(answer: Response): Promise<string> {
  const { twoFactorRedirect, code } = await jsonOf(answer)
  if (answer.ok) return twoFactorRedirect === true ? 'SECOND_FACTOR' : 'ok'
  return typeof code === 'string' ? code : String(answer.status)
}
