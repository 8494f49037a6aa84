// Sessions of people, by better-auth: signing in with a password and, where the user has one, a second factor;
// sessions in the database, and in a signed cookie that is believed for a minute, so that reading costs no round trip.
// Nobody signs themselves up, links accounts or asks for a new password by mail: users are made and reset by admins
// (admin/api/access/users.ts).
//
// better-auth's own checks of origins stay on; admin/auth/origin.ts is stricter and comes first.

import { APIError, createAuthMiddleware } from 'better-auth/api'
import { betterAuth } from 'better-auth/minimal'
import { twoFactor, username } from 'better-auth/plugins'
import { PASSWORD_MAX, PASSWORD_MIN } from '#contract/api/access.ts'
import { authAdapter, authRowId } from '#db/auth-adapter.ts'
import { takeAttempt } from '#db/queries/access/attempts.ts'
import { findUserById } from '#db/queries/access/users.ts'
import type { Context } from '../context.ts'
import { ADDRESS_HEADER, type AuthSettings } from './auth-settings.ts'
import { ownOrigins } from './origin.ts'
import { waitToSignIn } from './sign-in-limit.ts'

export const AUTH_PATH = '/auth'
const DAY_S = 86_400

/** How long a role or a disabled user may still be believed when reading; what changes something asks the database. */
export const COOKIE_CACHE_S = 60

export type Auth = ReturnType<typeof openAuth>

export function openAuth({ db, log }: Pick<Context, 'db' | 'log'>, settings: AuthSettings, secret: string) {
  const { publicUrl } = settings
  return betterAuth({
    appName: 'Tandem',
    secret,
    basePath: AUTH_PATH,
    // Only its scheme and path count where the public address is unknown: origins are judged by the request.
    baseURL: publicUrl === undefined ? 'http://127.0.0.1' : new URL(publicUrl).origin,
    trustedOrigins: async (request) => (request ? ownOrigins(request, publicUrl) : []),
    database: authAdapter(db),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      revokeSessionsOnPasswordReset: true,
    },
    user: {
      additionalFields: {
        role: { type: ['admin', 'operator', 'viewer'], required: true, input: false },
        disabledAt: { type: 'date', required: false, input: false },
        createdBy: { type: 'string', required: true, input: false, returned: false },
      },
    },
    session: {
      expiresIn: 7 * DAY_S,
      updateAge: DAY_S,
      cookieCache: { enabled: true, maxAge: COOKIE_CACHE_S },
    },
    plugins: [
      username({ minUsernameLength: 2, maxUsernameLength: 40, usernameValidator: () => true }),
      twoFactor({ issuer: 'Tandem' }),
    ],
    rateLimit: {
      enabled: true,
      window: 60,
      max: 120,
      customRules: {
        // Reads only, and a page asks for it often.
        '/get-session': false,
        // An office may come from one address; beside it each account has a limit of its own.
        '/sign-in/*': { window: 60, max: 20 },
        '/two-factor/*': { window: 60, max: 10 },
        '/change-password': { window: 60, max: 10 },
      },
      customStorage: {
        async consume(key, { window, max }) {
          const waitMs = await takeAttempt(db, `http ${key}`, { burst: max, everyMs: (window * 1_000) / max })
          return { allowed: waitMs === 0, retryAfter: Math.ceil(waitMs / 1_000) }
        },
      },
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (!ctx.path.startsWith('/sign-in/')) return
        const { username: name, email } = (ctx.body ?? {}) as Record<string, unknown>
        const waitMs = await waitToSignIn(
          db,
          String(name ?? email ?? ''),
          ctx.headers?.get(ADDRESS_HEADER) ?? '',
        )
        if (waitMs === 0) return
        const waitS = Math.ceil(waitMs / 1_000)
        throw new APIError(
          'TOO_MANY_REQUESTS',
          {
            message: `Cannot sign in: too many attempts, expected the next in ${waitS} s`,
            code: 'TOO_MANY_ATTEMPTS',
          },
          { 'retry-after': String(waitS) },
        )
      }),
    },
    databaseHooks: {
      session: {
        create: {
          async before({ userId }) {
            if ((await findUserById(db, userId))?.disabledAt === null) return
            throw new APIError('FORBIDDEN', {
              message: 'Cannot sign in: the user is disabled',
              code: 'USER_DISABLED',
            })
          },
        },
      },
    },
    advanced: {
      cookiePrefix: 'tandem',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', path: '/' },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: authRowId, validateSchema: false },
      // Said, since both are off by default where NODE_ENV is "test".
      disableCSRFCheck: false,
      disableOriginCheck: false,
    },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message, ...args) =>
        log[level === 'error' ? 'warn' : 'debug']({ args }, `better-auth: ${message}`),
    },
    // Its refusals are answers all the same; what is none is told and logged as every failure here.
    onAPIError: { throw: true },
  })
}
