// Manifest polls in front of everything: a poll that is answered from memory goes through no middleware and no router,
// which cost more than the answer itself. It is one that does not wait, in the very words that are known here, of a
// device whose token was verified before; everything else, and every refusal, goes the long way, which answers the same.
// Requests are counted here as there. Such an answer carries no request id: nothing is logged that one would lead to.

import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Counter, Histogram, Registry } from 'prom-client'
import { JOBS_HEADER, type JobsSaid } from '#contract/device-api.ts'
import { HTTP_REQUESTS, HTTP_SECONDS } from '#platform/observe/http-metrics.ts'
import type { DevicePolls } from './open-polls.ts'

const PATH = '/device/v1/manifest'
/** Whether they ask for jobs too. */
const TELL_JOBS = new Map([
  [PATH, false],
  [`${PATH}?wait=0`, false],
  [`${PATH}?jobs=tell`, true],
  [`${PATH}?wait=0&jobs=tell`, true],
])

/** Of an app that counts its requests in the registry. */
export function answerPollsFirst(app: Hono, devicePolls: DevicePolls, registry: Registry): void {
  const labels = { method: 'GET', route: PATH }
  const requests = registry.getSingleMetric(HTTP_REQUESTS) as Counter
  const seconds = registry.getSingleMetric(HTTP_SECONDS) as Histogram
  const behind = app.fetch
  app.fetch = (request, env, ...rest) => {
    const start = performance.now()
    const answer = fromMemory(devicePolls, request, (env as Partial<HttpBindings> | undefined)?.incoming)
    if (!answer) return behind(request, env, ...rest)
    requests.inc({ ...labels, status: 304 })
    seconds.observe(labels, (performance.now() - start) / 1_000)
    return answer
  }
}

type Incoming = HttpBindings['incoming']

function fromMemory(
  { auth, polls }: DevicePolls,
  request: Request,
  incoming?: Incoming,
): Response | undefined {
  const tellJobs = TELL_JOBS.get(incoming?.url ?? request.url.replace(/^https?:\/\/[^/]+/, ''))
  if (tellJobs === undefined || request.method !== 'GET') return undefined
  const known = headerOf('if-none-match', request, incoming)
  const verified = known && auth.verified(headerOf('authorization', request, incoming))
  if (!verified || !polls.isUnchanged(verified, { known, tellJobs })) return undefined
  const jobs = tellJobs ? { [JOBS_HEADER]: 'none' satisfies JobsSaid } : {}
  return new Response(null, { status: 304, headers: { etag: known, ...jobs } })
}

/** From the socket's own message where there is one: a `Request` would parse its headers once more. */
const headerOf = (name: 'authorization' | 'if-none-match', request: Request, incoming?: Incoming) =>
  incoming ? incoming.headers[name] : (request.headers.get(name) ?? undefined)
