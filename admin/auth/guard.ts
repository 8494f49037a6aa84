// Every plain route passes the table of permissions before its handler runs: a handler cannot forget to ask. What asks
// by itself is left alone: the admin API (each procedure), the devices' REST (their own keys), signing in.

import type { Hono, Context as HttpContext, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { type Actor, mayCall, requireMay } from './actor.ts'
import type { Door } from './door.ts'

const ASK_THEMSELVES = ['/trpc/', '/device/v1/', '/auth/']

interface Route {
  readonly method: string
  readonly path: string
}

/** Middleware is of all methods, and no route of its own. */
const isGuarded = ({ method, path }: Route): boolean =>
  method !== 'ALL' && !ASK_THEMSELVES.some((prefix) => path.startsWith(prefix))

const pathOf = ({ method, path }: Route): string => `${method} ${path}`

const actors = new WeakMap<Request, Actor | undefined>()

export function guardRoutes(door: Door): MiddlewareHandler {
  return async (c, next) => {
    const route = matchedRoutes(c).find(isGuarded)
    if (route) {
      const { actor } = mayCall(undefined, pathOf(route)) ? { actor: undefined } : await door.identify(c)
      requireMay(actor, pathOf(route))
      actors.set(c.req.raw, actor)
    }
    await next()
  }
}

/** Whom the guard has let pass. */
export function actorOf(c: HttpContext): Actor {
  const actor = actors.get(c.req.raw)
  if (!actor) throw new Error(`no guard has stood before "${c.req.path}"`)
  return actor
}

/** Of an app that is complete. */
export const guardedPaths = (app: Hono): string[] => [...new Set(app.routes.filter(isGuarded).map(pathOf))]
