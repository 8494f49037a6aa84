// The way into the control plane's HTTP: finds out who calls, once for each request. An API key counts alone; without
// one the session's cookie does, if one of our own pages sent it. A reading call believes the cookie for a minute; one
// that may change something asks the database, so that a user who was disabled changes nothing from that moment on.

import type { Context as HttpContext, MiddlewareHandler } from 'hono'
import { sharedSecret } from '#db/queries/access/auth-secret.ts'
import { verifyApiKey } from '../api-key.ts'
import type { Context } from '../context.ts'
import type { Actor } from './actor.ts'
import { type AuthSettings, addressOf, authHeaders } from './auth-settings.ts'
import { type Auth, openAuth } from './open-auth.ts'
import { requireOwnPage } from './origin.ts'
import { mintSecret } from './password.ts'

export interface Identity {
  readonly actor: Actor | undefined
  readonly address: string | undefined
}

export interface Door {
  readonly settings: AuthSettings
  auth(): Promise<Auth>
  /** Throws a refusal where a cookie came from somebody else's page. */
  identify(c: HttpContext): Promise<Identity>
  /** Passes on the cookies that identifying has renewed. */
  readonly renewCookies: MiddlewareHandler
}

const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?tandem\.session_token=/
const READING = ['GET', 'HEAD']

export function openDoor(ctx: Context, settings: AuthSettings): Door {
  let opening: Promise<Auth> | undefined
  // At first use: a control plane that only robots and devices talk to never loads a secret.
  const auth = () => {
    opening ??= secretOf(ctx, settings).then((secret) => openAuth(ctx, settings, secret))
    // The next caller tries again.
    opening.catch(() => {
      opening = undefined
    })
    return opening
  }
  const renewals = new WeakMap<Request, string[]>()

  async function userOf(c: HttpContext, address: string | undefined): Promise<Actor | undefined> {
    const { raw, method } = c.req
    const isSigned = SESSION_COOKIE.test(c.req.header('cookie') ?? '')
    if (isSigned || c.req.header('origin') !== undefined) requireOwnPage(raw, settings.publicUrl)
    if (!isSigned) return undefined
    const { response, headers } = await (await auth()).api.getSession({
      headers: authHeaders(raw.headers, address),
      query: { disableCookieCache: !READING.includes(method) },
      returnHeaders: true,
    })
    renewals.set(raw, headers.getSetCookie())
    if (!response || response.user.disabledAt) return undefined
    const { id, name, role } = response.user
    return { kind: 'user', id, name, role: role as Actor['role'], scopes: null }
  }

  return {
    settings,
    auth,
    async identify(c) {
      const address = addressOf(c, settings)
      const authorization = c.req.header('authorization')
      if (authorization === undefined) return { actor: await userOf(c, address), address }
      const token = /^Bearer (\S+)$/.exec(authorization)?.[1]
      const key = token === undefined ? undefined : await verifyApiKey(ctx.db, token)
      if (!key) return { actor: undefined, address }
      const { id, name, role, scopes } = key
      return { actor: { kind: 'key', id, name, role, scopes }, address }
    },
    renewCookies: async (c, next) => {
      await next()
      for (const cookie of renewals.get(c.req.raw) ?? []) c.res.headers.append('set-cookie', cookie)
    },
  }
}

const secretOf = async ({ db }: Context, { secret }: AuthSettings): Promise<string> =>
  secret ?? (await sharedSecret(db, mintSecret()))
