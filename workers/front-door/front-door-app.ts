// What the front door answers, as a Hono app: health, readiness, POST /v1/classify and its description. Everything
// behind it (function, decoder, edge) may fail without taking it down, and every refusal says what was wrong with the
// request. How connections are kept in order is socket/.

import type { HttpBindings } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import type { Health, Readiness } from '#contract/classify.ts'
import { allowedMethods } from './allowed-methods.ts'
import { type ApiKey, requireApiKey } from './api-keys.ts'
import { type ClassifyPorts, classifyRoute } from './classify/classify-route.ts'
import { openApiRoute } from './classify/openapi-route.ts'
import { refusalOf } from './refusal-of.ts'
import { requestIdOf } from './request-id.ts'
import { errorBody } from './request-refused.ts'

export interface FrontDoorPorts extends ClassifyPorts {
  readonly log: Logger
  /** Nobody needs a key where it is left out. */
  readonly apiKeys?: (() => readonly ApiKey[]) | undefined
  /** The worker is about to end: whoever balances load should send requests elsewhere. */
  readonly isDraining?: () => boolean
  /** Sees every request before keys are asked for: metrics, traces. */
  readonly middleware?: readonly MiddlewareHandler[]
  /** Further routes, behind the same keys. */
  readonly routes?: readonly Hono[]
}

export type FrontDoorApp = Hono<{ Bindings: HttpBindings }>

export function frontDoorApp(ports: FrontDoorPorts): FrontDoorApp {
  const { generations, log, isDraining = () => false } = ports
  const app: FrontDoorApp = new Hono()
  app.onError((error, c) => {
    const requestId = requestIdOf(c)
    const refused = refusalOf(error, requestId)
    // Without `connection: close`: node-server reads on for a moment and throws away, so that a client that still
    // sends gets this answer and not a broken pipe; then it cuts the connection.
    if (refused) return c.json(refused.body, refused.status, refused.headers)
    log.error({ err: error, path: c.req.path, requestId }, 'request failed')
    return c.json(errorBody('internal', 'The worker failed; its log has the cause', requestId), 500)
  })
  app.notFound((c) => {
    const { method, path } = c.req
    const allowed = allowedMethods(app, path)
    const body = (code: string, what: string) => errorBody(code, `Cannot ${what}`, requestIdOf(c))
    if (allowed.length === 0) return c.json(body('not-found', `find "${path}": no such route`), 404)
    const expected = allowed.join(' or ')
    return c.json(body('wrong-method', `${method} "${path}": expected ${expected}`), 405, {
      allow: allowed.join(', '),
    })
  })
  for (const middleware of ports.middleware ?? []) app.use(middleware)
  if (ports.apiKeys) app.use(requireApiKey(ports.apiKeys))
  app.get('/healthz', (c) => c.json<Health>({ status: 'ok' }))
  app.get('/readyz', (c) => {
    const serving = generations.serving?.deployment
    const body: Readiness = { deployment: serving?.id ?? null, version: serving?.version ?? null }
    return isDraining()
      ? c.json<Readiness>({ ...body, draining: true }, 503)
      : c.json(body, serving ? 200 : 503)
  })
  app.post('/v1/classify', classifyRoute(ports))
  app.get('/v1/openapi.json', openApiRoute())
  for (const routes of ports.routes ?? []) app.route('/', routes)
  return app
}
