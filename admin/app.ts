// The control plane's HTTP surface: health, the admin API, artifact uploads, and the devices' REST.

import os from 'node:os'
import path from 'node:path'
import { trpcServer } from '@hono/trpc-server'
import { TRPCError } from '@trpc/server'
import { Hono, type Context as HttpContext } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import { IDEMPOTENCY_HEADER } from '#contract/api/idempotency.ts'
import { type ErrorBody, IMAGE_MAX_BYTES } from '#contract/classify.ts'
import { answerMetrics, httpMetrics, openRegistry } from '#platform/observe/http-metrics.ts'
import { adminRouter } from './api/router.ts'
import { putArtifact } from './artifacts/put-artifact.ts'
import { serveArtifact } from './artifacts/serve-artifact.ts'
import { uploadRoutes } from './artifacts/upload-routes.ts'
import { authRoutes } from './auth/auth-routes.ts'
import type { AuthSettings } from './auth/auth-settings.ts'
import { type Door, openDoor } from './auth/door.ts'
import { actorOf, guardedPaths, guardRoutes } from './auth/guard.ts'
import { AUTH_PATH } from './auth/open-auth.ts'
import { requirePermissionsOf } from './auth/permissions.ts'
import { capBody } from './body-cap.ts'
import { serveCapture } from './capture-route.ts'
import { consoleFiles } from './console-host/build-console.ts'
import { consoleRoutes, servePage, wantsPage } from './console-host/console-routes.ts'
import { tryImage } from './console-host/try-route.ts'
import type { Context } from './context.ts'
import { deviceApp } from './device/device-app.ts'
import { answerPollsFirst } from './device/polls/answer-polls-first.ts'
import { openPolls } from './device/polls/open-polls.ts'
import { observeLive } from './live/live-metrics.ts'
import { observeFleet } from './observe/control-metrics.ts'
import { REFUSALS, refusalBehind } from './refusal.ts'

/** A data set of 100,000 images is about 15 MB of JSON. */
const API_BODY_MAX_BYTES = 32 * 1024 ** 2
const API_BATCH_MAX = 20

export interface AppSettings extends AuthSettings {
  /** Where the console's files are kept once they are built. */
  readonly consoleFolder?: string
}

export function controlApp(ctx: Context, settings: AppSettings = {}): Hono {
  const app = new Hono()
  const files = consoleFiles(settings.consoleFolder ?? path.join(os.tmpdir(), 'tandem-console'))
  app.onError((error, c) => answerError(ctx, error, c))
  app.notFound((c) => (wantsPage(c) ? servePage(files, c) : noRoute(c)))
  const registry = openRegistry()
  observeFleet(registry, ctx.db)
  observeLive(registry, ctx.live)
  app.use(requestId(), httpMetrics(registry))
  const door = openDoor(ctx, settings)
  app.use(guardRoutes(door))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/metrics', (c) => answerMetrics(registry, c))
  app.put('/artifacts/:digest', (c) => putArtifact(ctx, c))
  app.get('/artifacts/:digest', (c) => serveArtifact(ctx, c))
  uploadRoutes(app, ctx)
  app.get('/captures/:digest', (c) => serveCapture(ctx, actorOf(c), c))
  app.route(AUTH_PATH, authRoutes(ctx, door))
  const polls = openPolls(ctx)
  app.route('/device/v1', deviceApp(ctx, polls))
  app.use('/trpc/*', capBody(API_BODY_MAX_BYTES), door.renewCookies)
  app.use(
    '/trpc/*',
    trpcServer({
      router: adminRouter,
      endpoint: '/trpc',
      maxBatchSize: API_BATCH_MAX,
      createContext: async (_options, c) => ({
        ...ctx,
        ...(await callerOf(door, c)),
        idempotencyKey: c.req.header(IDEMPOTENCY_HEADER),
      }),
      onError: ({ error, path }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR' || error.code === 'SERVICE_UNAVAILABLE')
          ctx.log.error({ err: error.cause ?? error, path }, 'call failed')
      },
    }),
  )
  consoleRoutes(app, files)
  app.post('/try/:device', capBody(IMAGE_MAX_BYTES), (c) => tryImage(ctx, c))
  requirePermissionsOf([...Object.keys(adminRouter._def.procedures), ...guardedPaths(app)])
  answerPollsFirst(app, polls, registry)
  return app
}

/** Refusals in the shape that the admin API's clients read. */
async function callerOf(door: Door, c: HttpContext) {
  try {
    return await door.identify(c)
  } catch (error) {
    const refusal = refusalBehind(error)
    if (!refusal) throw error
    throw new TRPCError({ code: REFUSALS[refusal.code].trpc, message: refusal.message, cause: refusal })
  }
}

const noRoute = (c: HttpContext): Response =>
  c.json(errorBody('not-found', `Cannot find "${c.req.path}": no such route`), 404)

const errorBody = (code: string, message: string): ErrorBody => ({ error: { code, message } })

function answerError(ctx: Context, error: Error, c: HttpContext): Response {
  const refusal = refusalBehind(error)
  if (refusal?.code === 'unavailable')
    ctx.log.error({ err: refusal.cause, path: c.req.path, requestId: c.var.requestId }, 'request failed')
  if (refusal) return c.json(errorBody(refusal.code, refusal.message), REFUSALS[refusal.code].http)
  if (error instanceof HTTPException) return c.json(errorBody('invalid', error.message), error.status)
  ctx.log.error({ err: error, path: c.req.path, requestId: c.var.requestId }, 'request failed')
  return c.json(errorBody('internal', 'The control plane failed; its log has the cause'), 500)
}
