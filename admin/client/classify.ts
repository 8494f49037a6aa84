// A client of a worker's classify API, for programs and for the CLI. It needs `fetch` and the contract, nothing of
// the control plane. It asks again only where the worker says when (503 with Retry-After): whatever else failed would
// fail again, and a request that may have been answered is not sent twice. Documented in docs/classify.md.

import {
  BatchAnswer,
  ClassifyAnswer,
  type ClassifyOptions,
  ErrorBody,
  type ErrorBody as Failed,
} from '#contract/classify.ts'
import { troubleOf } from './link/trouble-of.ts'

/** Encoded: JPEG, PNG or WebP. A `File` is a Blob; `openAsBlob` of node:fs makes one of a path. */
export type Image = Uint8Array | Blob

export interface ClassifyCall extends Partial<ClassifyOptions> {
  /** The worker's. */
  readonly url: string
  readonly apiKey?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Named in the worker's log and in errors; the worker makes one where it is left out. */
  readonly requestId?: string | undefined
  /** How often a worker that is busy is asked again; twice where it is left out. */
  readonly retriesMax?: number | undefined
}

/** `unreachable` and `not-an-answer` are the client's own codes; all others are the worker's (docs/classify.md). */
export class ClassifyFailed extends Error {
  override readonly name = 'ClassifyFailed'
  readonly code: string
  /** 0 where there was no answer. */
  readonly status: number
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: string, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status ?? 0
    this.requestId = details.requestId
    this.retryAfterMs = details.retryAfterMs
  }
}

interface FailureDetails {
  readonly status?: number
  readonly requestId?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

const RETRIES_MAX = 2
/** Whoever is told to wait longer is better told than kept. */
const RETRY_AFTER_MAX_MS = 10_000

/** Rejects with `ClassifyFailed`, or with the reason of the signal. */
export async function classify(image: Image, call: ClassifyCall): Promise<ClassifyAnswer> {
  const headers = { 'content-type': 'application/octet-stream' }
  return read(await ask({ body: image, headers }, call), ClassifyAnswer)
}

/** Up to 32 at once. In the order of the images; where one cannot be classified, its error stands in its place. */
export async function classifyBatch(
  images: readonly Image[],
  call: ClassifyCall,
): Promise<(ClassifyAnswer | Failed)[]> {
  const form = new FormData()
  for (const image of images) form.append('image', image instanceof Blob ? image : new Blob([image]))
  if (images.length !== 1) return (await read(await ask({ body: form }, call), BatchAnswer)).answers
  // One image is answered by itself, and refused as the whole request that it is.
  try {
    return [await read(await ask({ body: form }, call), ClassifyAnswer)]
  } catch (error) {
    if (!(error instanceof ClassifyFailed) || !OF_THE_IMAGE.has(error.status)) throw error
    return [{ error: { code: error.code, message: error.message, requestId: error.requestId } }]
  }
}

const OF_THE_IMAGE = new Set([413, 415, 422])

interface Sent {
  readonly body: Image | FormData
  readonly headers?: Record<string, string>
}

async function ask({ body, headers = {} }: Sent, call: ClassifyCall): Promise<Response> {
  const { url, apiKey, requestId, signal, retriesMax = RETRIES_MAX } = call
  const query = new URLSearchParams()
  for (const option of ['topK', 'preference', 'deadlineMs'] as const)
    if (call[option] !== undefined) query.set(option, String(call[option]))
  const init: RequestInit = {
    method: 'POST',
    body,
    signal: signal ?? null,
    headers: {
      ...headers,
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    },
  }
  for (let retries = 0; ; retries++) {
    const response = await fetch(`${url}/v1/classify?${query}`, init).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new ClassifyFailed(
        'unreachable',
        `Cannot reach the worker at "${url}": ${troubleOf(cause)}, expected a running one`,
        { cause },
      )
    })
    const waitMs = retryAfterMs(response)
    if (waitMs === undefined || waitMs > RETRY_AFTER_MAX_MS || retries >= retriesMax) return response
    await response.body?.cancel()
    await pause(waitMs, signal)
  }
}

/** Undefined where it does not say: then it does not expect to be asked again. */
function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return response.status === 503 && seconds >= 0 ? seconds * 1_000 : undefined
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: unknown }
}

async function read<T>(response: Response, schema: Schema<T>): Promise<T> {
  const { status } = response
  const requestId = response.headers.get('x-request-id') ?? undefined
  const json: unknown = await response.json().catch(() => undefined)
  if (response.ok) {
    const answer = schema.safeParse(json)
    if (answer.success) return answer.data
    const message =
      'Cannot read the answer: is not one of a worker, expected the contract that this was built with'
    throw new ClassifyFailed('not-an-answer', message, { status, requestId, cause: answer.error })
  }
  const refused = ErrorBody.safeParse(json)
  const { code, message } = refused.success
    ? refused.data.error
    : { code: 'not-an-answer', message: `Cannot classify: status ${status} without a reason` }
  throw new ClassifyFailed(code, message, { status, requestId, retryAfterMs: retryAfterMs(response) })
}
