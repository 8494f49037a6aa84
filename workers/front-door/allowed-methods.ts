// The methods that a path knows, for the 405 and its Allow header: asked of the router itself, so that routes which
// are mounted later are told as well.

import type { Env, Hono } from 'hono'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const

/** Empty where no route has the path. */
export function allowedMethods<E extends Env>(app: Hono<E>, path: string): string[] {
  const known = METHODS.filter((method) =>
    // Middleware is registered for all methods, a route for its own.
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  )
  // Whoever answers GET answers HEAD.
  return known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}
