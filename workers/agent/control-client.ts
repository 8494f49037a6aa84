// The device's side of /device/v1. Every call can fail because the network is gone: callers go on with what
// they have and try again.

import { ErrorBody } from '#contract/classify.ts'
import {
  DecisionAck,
  type DecisionBatch,
  type DeviceReport,
  EnrolAnswer,
  type EnrolRequest,
  type FeatureBatch,
  type Job,
  JobAnswer,
  type OutcomeBatch,
} from '#contract/device-api.ts'
import { MANIFEST_MAX_BYTES } from '#contract/manifest.ts'
import type { JobResult } from '#contract/outcome.ts'
import { faultPoint } from '#platform/fault-point.ts'

/**
 * `unreachable`: no answer, or one that broke off; try again. `busy`: a 429 or 503; try again later. `failed`:
 * another 5xx; try again. `refused`: another 4xx; trying again will not help.
 */
export class ControlError extends Error {
  readonly code: 'unreachable' | 'unauthorised' | 'refused' | 'busy' | 'failed'
  /** What the control plane asked for with Retry-After. */
  readonly retryAfterMs: number | undefined
  /** Of the answer, where there was one. */
  readonly status: number | undefined
  constructor(
    code: ControlError['code'],
    message: string,
    options: ErrorOptions & { retryAfterMs?: number | undefined; status?: number } = {},
  ) {
    super(message, options)
    this.name = 'ControlError'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    this.status = options.status
  }
}

const CALL_TIMEOUT_MS = 30_000
const POLL_WAIT_S = 20
/** Nobody is sent away for longer than this, whatever a proxy on the way says. */
const RETRY_AFTER_MAX_MS = 300_000

export interface ControlClient {
  enrol(request: EnrolRequest): Promise<EnrolAnswer>
  /** The compact JWS, or undefined where nothing newer than `etag` exists. */
  manifest(etag: string | undefined, signal: AbortSignal): Promise<{ jws: string; etag: string } | undefined>
  report(report: DeviceReport): Promise<void>
  nextJob(): Promise<Job | null>
  sendRows(jobId: string, batch: OutcomeBatch | FeatureBatch): Promise<void>
  finishJob(jobId: string, result: JobResult): Promise<void>
  failJob(jobId: string, message: string): Promise<void>
  /** Answers the highest sequence that is stored. */
  sendDecisions(batch: DecisionBatch): Promise<number>
  artifact(digest: string, from: number, signal: AbortSignal): Promise<Response>
}

export function controlClient(baseUrl: string, token: () => Promise<string>): ControlClient {
  const call = async (method: string, path: string, extra: CallExtra = {}): Promise<Response> => {
    const headers = new Headers(extra.headers)
    if (!extra.anonymous) headers.set('authorization', `Bearer ${await token()}`)
    if (extra.body !== undefined) headers.set('content-type', 'application/json')
    const signals = [AbortSignal.timeout(extra.timeoutMs ?? CALL_TIMEOUT_MS)]
    if (extra.signal) signals.push(extra.signal)
    let response: Response
    try {
      response = await faultPoint({ operation: 'call', path }, () =>
        fetch(`${baseUrl}/device/v1${path}`, {
          method,
          headers,
          signal: AbortSignal.any(signals),
          ...(extra.body === undefined ? {} : { body: JSON.stringify(extra.body) }),
        }),
      )
    } catch (cause) {
      throw new ControlError('unreachable', `Cannot reach the control plane at "${baseUrl}"`, { cause })
    }
    if (response.ok || response.status === 304) return response
    throw await refusal(method, path, response)
  }
  const post = (path: string, body: unknown) => call('POST', path, { body })
  return {
    enrol: async (request) =>
      EnrolAnswer.parse(await (await call('POST', '/enrol', { body: request, anonymous: true })).json()),
    async manifest(etag, signal) {
      const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag }
      const response = await call('GET', `/manifest?wait=${POLL_WAIT_S}`, { headers, signal })
      if (response.status === 304) return undefined
      return {
        jws: await readBounded(response, MANIFEST_MAX_BYTES),
        etag: response.headers.get('etag') ?? '',
      }
    },
    report: async (report) => void (await post('/report', report)),
    nextJob: async () => JobAnswer.parse(await (await call('GET', '/jobs/next')).json()).job,
    sendRows: async (jobId, batch) => void (await post(`/jobs/${jobId}/rows`, batch)),
    finishJob: async (jobId, result) => void (await post(`/jobs/${jobId}/done`, result)),
    failJob: async (jobId, message) => void (await post(`/jobs/${jobId}/failed`, { message })),
    sendDecisions: async (batch) => DecisionAck.parse(await (await post('/decisions', batch)).json()).upTo,
    artifact: (digest, from, signal) =>
      call('GET', `/artifacts/${digest}`, {
        headers: from > 0 ? { range: `bytes=${from}-` } : {},
        signal,
        timeoutMs: 600_000,
      }),
  }
}

interface CallExtra {
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly anonymous?: boolean
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

async function refusal(method: string, path: string, response: Response): Promise<ControlError> {
  const body = ErrorBody.safeParse(await response.json().catch(() => undefined))
  const why = body.success ? body.data.error.message : `status ${response.status}`
  return new ControlError(codeOf(response.status), `Cannot ${method} ${path}: ${why}`, {
    status: response.status,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  })
}

function codeOf(status: number): ControlError['code'] {
  if (status === 401) return 'unauthorised'
  if (status === 429 || status === 503) return 'busy'
  return status < 500 ? 'refused' : 'failed'
}

/** Seconds or a date, RFC 9110 section 10.2.3. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS)
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes)
      throw new ControlError('refused', `Cannot read the manifest: is over ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
