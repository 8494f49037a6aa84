// The only socket that clients reach. Health, readiness and POST /v1/classify; everything behind it (function,
// decoder, edge) may fail without taking it down, and every refusal says what was wrong with the request.

import { randomUUID } from 'node:crypto'
import { type ServerType, serve } from '@hono/node-server'
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { type ClassifyAnswer, ClassifyOptions, type ErrorBody } from '#contract/classify.ts'
import { ImageRefused, type ImageRefusedCode } from '#vision/image-refused.ts'
import { DEPLOYMENT_HEADER } from './deployment-header.ts'
import type { Generation } from './generation.ts'
import type { Generations } from './generations.ts'
import { RequestRefused, type RequestRefusedCode, readImage } from './read-image.ts'

export interface FrontDoorPorts {
  readonly generations: Generations
  readonly log: Logger
  readonly energyOf: (answer: ClassifyAnswer) => ClassifyAnswer['energyJ']
  readonly onAnswer: (answer: ClassifyAnswer, totalMs: number) => void
}

/** Images decoded at a time: 8 of the largest are 600 MB, and one core infers one after the other anyway. */
const RUNNING_MAX = 8
/** Images that wait, as they came: 64 of a usual 2 MB are 128 MB. */
const WAITING_MAX = 64
/** Each may hold a body of up to 16 MB while it is sent. */
const CONNECTIONS_MAX = 256

const STATUS: Record<ImageRefusedCode | RequestRefusedCode, ContentfulStatusCode> = {
  'broken-off': 400,
  empty: 400,
  invalid: 400,
  'wrong-deployment': 409,
  'too-large': 413,
  'too-many-pixels': 413,
  encoded: 415,
  'unsupported-format': 415,
  damaged: 422,
  'not-ready': 503,
  busy: 503,
}

export function frontDoorApp(ports: FrontDoorPorts): Hono {
  const app = new Hono()
  const slots = bulkhead(RUNNING_MAX, WAITING_MAX)
  const refusal = (code: string, message: string): ErrorBody => ({ error: { code, message } })
  app.onError((error: unknown, c) => {
    if (error instanceof ImageRefused || error instanceof RequestRefused) {
      const status = STATUS[error.code]
      // Without `connection: close`: node-server reads on for a moment and throws away, so that a client that
      // still sends gets this answer and not a broken pipe; then it cuts the connection.
      return c.json(refusal(error.code, error.message), status, status === 503 ? { 'retry-after': '1' } : {})
    }
    ports.log.error({ err: error, path: c.req.path }, 'request failed')
    return c.json(refusal('internal', 'The worker failed; its log has the cause'), 500)
  })
  app.notFound((c) => c.json(refusal('not-found', `Cannot find "${c.req.path}": no such route`), 404))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', (c) => {
    const serving = ports.generations.serving?.deployment
    return c.json({ deployment: serving?.id ?? null, version: serving?.version ?? null }, serving ? 200 : 503)
  })
  app.post('/v1/classify', async (c) => {
    const start = performance.now()
    const options = ClassifyOptions.safeParse(c.req.query())
    if (!options.success) {
      const issue = options.error.issues[0]!
      throw new RequestRefused('invalid', `Cannot read option "${issue.path.join('.')}": ${issue.message}`)
    }
    const wanted = c.req.header(DEPLOYMENT_HEADER)
    // Before megabytes are read for nothing; and again after, since the one that served then may be gone.
    chooseGeneration(ports.generations, wanted)
    const image = await readImage(c.req.raw)
    const generation = chooseGeneration(ports.generations, wanted)
    const request = { ...options.data, lot: Math.random() }
    const context = { requestId: randomUUID(), preference: request.preference }
    const { answer, byFallback } = await generation.during(() =>
      inTurn(slots, () => generation.classify(image, request, context)),
    )
    const totalMs = performance.now() - start
    const whole: ClassifyAnswer = {
      ...answer,
      timingsMs: { ...answer.timingsMs, total: totalMs },
      energyJ: { value: 0, method: 'model' },
      deployment: generation.deployment.id,
      byFallback,
    }
    const explained = { ...whole, energyJ: ports.energyOf(whole) }
    ports.onAnswer(explained, totalMs)
    return c.json(explained)
  })
  return app
}

/** Beyond the bound a client is told at once, while it can still ask somebody else. */
async function inTurn<T>(slots: BulkheadPolicy, work: () => Promise<T>): Promise<T> {
  try {
    return await slots.execute(work)
  } catch (error) {
    if (!(error instanceof BulkheadRejectedError)) throw error
    throw new RequestRefused(
      'busy',
      `Cannot classify: ${RUNNING_MAX + WAITING_MAX} images are in work, try again soon`,
    )
  }
}

function chooseGeneration(generations: Generations, deploymentId: string | undefined): Generation {
  const chosen = deploymentId === undefined ? generations.serving : generations.find(deploymentId)
  if (chosen) return chosen
  if (!generations.serving)
    throw new RequestRefused('not-ready', 'Cannot classify: no deployment is installed yet')
  throw new RequestRefused(
    'wrong-deployment',
    `Cannot classify: deployment "${deploymentId}" does not run here`,
  )
}

/** Requests in flight may finish; a client that is still sending then is cut, or it would hold the process open. */
const CLOSE_MAX_MS = 5_000

export function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => 'closeAllConnections' in server && server.closeAllConnections(),
      CLOSE_MAX_MS,
    )
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  })
}

/** A client that is slower than this to send its headers or its image is not waiting for an answer. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000

export function listen(
  app: Hono,
  where: { host: string; port: number },
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname: where.host,
        port: where.port,
        serverOptions: { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      },
      (info) => resolve({ server, port: info.port }),
    )
    server.maxConnections = CONNECTIONS_MAX
    server.once('error', reject)
  })
}
