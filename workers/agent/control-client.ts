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
  JOBS_HEADER,
  type Job,
  JobAnswer,
  JobsSaid,
  type OutcomeBatch,
} from '#contract/device-api.ts'
import { MANIFEST_MAX_BYTES } from '#contract/manifest.ts'
import { CaptureAnswer, type CaptureBatch } from '#contract/observe/capture.ts'
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

export interface ManifestAnswer {
  /** The compact JWS; undefined where nothing newer than `etag` exists. */
  readonly received: { readonly jws: string; readonly etag: string } | undefined
  /** Undefined: nothing was said of jobs. */
  readonly jobs: JobsSaid | undefined
}

export interface ControlClient {
  enrol(request: EnrolRequest): Promise<EnrolAnswer>
  /** A long poll; with `tellJobs` it ends too when a job waits. */
  manifest(etag: string | undefined, signal: AbortSignal, tellJobs?: boolean): Promise<ManifestAnswer>
  report(report: DeviceReport): Promise<void>
  nextJob(): Promise<Job | null>
  sendRows(jobId: string, batch: OutcomeBatch | FeatureBatch): Promise<void>
  finishJob(jobId: string, result: JobResult): Promise<void>
  failJob(jobId: string, message: string): Promise<void>
  /** Answers the highest sequence that is stored. */
  sendDecisions(batch: DecisionBatch): Promise<number>
  artifact(digest: string, from: number, signal: AbortSignal): Promise<Response>
  /** What is known of captured images; answers what to do with the bytes of each. */
  offerCaptures(batch: CaptureBatch): Promise<CaptureAnswer>
  /** The bytes of one, from `from` to its end. */
  sendCapture(image: CaptureBytes, bytes: Uint8Array, signal: AbortSignal): Promise<void>
}

export interface CaptureBytes {
  readonly digest: string
  readonly from: number
  /** Of the whole. */
  readonly sizeBytes: number
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
          ...(extra.bytes === undefined ? {} : { body: extra.bytes }),
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
    async manifest(etag, signal, tellJobs = false) {
      const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag }
      const path = `/manifest?wait=${POLL_WAIT_S}${tellJobs ? '&jobs=tell' : ''}`
      const response = await call('GET', path, { headers, signal })
      const jobs = JobsSaid.safeParse(response.headers.get(JOBS_HEADER)).data
      if (response.status === 304) return { received: undefined, jobs }
      const jws = await readBounded(response, MANIFEST_MAX_BYTES)
      return { received: { jws, etag: response.headers.get('etag') ?? '' }, jobs }
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
    offerCaptures: async (batch) => CaptureAnswer.parse(await (await post('/captures', batch)).json()),
    async sendCapture({ digest, from, sizeBytes }, bytes, signal) {
      const headers = { 'content-range': `bytes ${from}-${sizeBytes - 1}/${sizeBytes}` }
      await call('PUT', `/captures/${digest}`, { headers, bytes, signal, timeoutMs: 600_000 })
    },
  }
}

interface CallExtra {
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Instead of a body in JSON. */
  readonly bytes?: Uint8Array
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
