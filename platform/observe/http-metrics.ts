// Prometheus metrics of one process, in a registry of its own, and what every HTTP server here counts: requests by
// route and status, and how long they took. Routes are patterns, never paths: a client could make up a million paths,
// and each would be a time series for ever.

import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** From a 304 of a poll to an image that waited for a dead edge. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export const HTTP_REQUESTS = 'tandem_http_requests_total'
export const HTTP_SECONDS = 'tandem_http_request_duration_seconds'

/** With CPU, memory, file descriptors and event-loop lag of the process. */
export function openRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

export function httpMetrics(registry: Registry): MiddlewareHandler {
  const registers = [registry]
  const requests = new Counter({
    name: HTTP_REQUESTS,
    help: 'Requests by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: HTTP_SECONDS,
    help: 'From the first byte of the headers to the answer',
    labelNames: ['method', 'route'] as const,
    buckets: SECONDS,
    registers,
  })
  return async (c, next) => {
    const start = performance.now()
    await next()
    const [method, route] = [methodOf(c), routeOf(c)]
    requests.inc({ method, route, status: c.res.status })
    seconds.observe({ method, route }, (performance.now() - start) / 1_000)
  }
}

export async function answerMetrics(registry: Registry, c: Context): Promise<Response> {
  return c.body(await registry.metrics(), 200, { 'content-type': registry.contentType })
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const methodOf = (c: Context): string => (METHODS.has(c.req.method) ? c.req.method : 'other')

/** The pattern that answered; what no route answers is one series. */
function routeOf(c: Context): string {
  const pattern = routePath(c, -1)
  return c.res.status === 404 && pattern.endsWith('*') ? 'none' : pattern
}
