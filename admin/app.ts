// The control plane's HTTP surface: health, the admin API, artifact uploads, and the devices' REST.

import { trpcServer } from '@hono/trpc-server'
import { Hono, type Context as HttpContext } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import type { ErrorBody } from '#contract/classify.ts'
import type { ApiKey } from '#db/queries/access.ts'
import { answerMetrics, httpMetrics, openRegistry } from '#platform/observe/http-metrics.ts'
import { adminRouter } from './api/router.ts'
import { verifyApiKey } from './api-key.ts'
import { putArtifact } from './artifact-routes.ts'
import { capBody } from './body-cap.ts'
import { serveCapture } from './capture-route.ts'
import type { Context } from './context.ts'
import { deviceApp } from './device/device-app.ts'
import { observeFleet } from './observe/control-metrics.ts'
import { REFUSALS, Refusal, refusalBehind } from './refusal.ts'

/** A data set of 100,000 images is about 15 MB of JSON. */
const API_BODY_MAX_BYTES = 32 * 1024 ** 2
const API_BATCH_MAX = 20

const actorOf = (ctx: Context, c: HttpContext): Promise<ApiKey | undefined> => {
  const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  return token === undefined ? Promise.resolve(undefined) : verifyApiKey(ctx.db, token)
}

export function controlApp(ctx: Context): Hono {
  const app = new Hono()
  app.onError((error, c) => answerError(ctx, error, c))
  app.notFound((c) => c.json(errorBody('not-found', `Cannot find "${c.req.path}": no such route`), 404))
  const registry = openRegistry()
  observeFleet(registry, ctx.db)
  app.use(requestId(), httpMetrics(registry))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/metrics', async (c) => {
    if (!(await actorOf(ctx, c)))
      throw new Refusal('unauthorised', 'Cannot read metrics: an API key is missing or not valid')
    return answerMetrics(registry, c)
  })
  app.put('/artifacts/:digest', async (c) => {
    const actor = await actorOf(ctx, c)
    if (!actor)
      throw new Refusal('unauthorised', 'Cannot store an artifact: an API key is missing or not valid')
    if (actor.role === 'viewer')
      throw new Refusal('forbidden', 'Cannot store an artifact: role viewer may only read')
    return putArtifact(ctx, c)
  })
  app.get('/captures/:digest', async (c) => serveCapture(ctx, await actorOf(ctx, c), c))
  app.route('/device/v1', deviceApp(ctx))
  app.use('/trpc/*', capBody(API_BODY_MAX_BYTES))
  app.use(
    '/trpc/*',
    trpcServer({
      router: adminRouter,
      endpoint: '/trpc',
      maxBatchSize: API_BATCH_MAX,
      createContext: async (_options, c) => ({ ...ctx, actor: await actorOf(ctx, c) }),
      onError: ({ error, path }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR')
          ctx.log.error({ err: error.cause ?? error, path }, 'call failed')
      },
    }),
  )
  return app
}

const errorBody = (code: string, message: string): ErrorBody => ({ error: { code, message } })

function answerError(ctx: Context, error: Error, c: HttpContext): Response {
  const refusal = refusalBehind(error)
  if (refusal) return c.json(errorBody(refusal.code, refusal.message), REFUSALS[refusal.code].http)
  if (error instanceof HTTPException) return c.json(errorBody('invalid', error.message), error.status)
  ctx.log.error({ err: error, path: c.req.path, requestId: c.var.requestId }, 'request failed')
  return c.json(errorBody('internal', 'The control plane failed; its log has the cause'), 500)
}
