// How a host speaks to a function that some driver runs: HTTP on a unix socket (or, for Miniflare, a loopback
// port), one pool for requests and a connection of its own for pings, so that a full pool does not look like
// a stuck function. Only headers that are set here reach the function; a client's never do.

import { Pool } from 'undici'
import { type FunctionRequest, IMAGE_HANDLE_HEADER } from '#contract/function-bindings.ts'
import { FunctionFailed } from './function-failed.ts'
import type { FunctionSpec, RunningFunction } from './function-host.ts'
import { within } from './within.ts'

export interface FunctionClient extends Pick<RunningFunction, 'classify' | 'ping'> {
  /** Lets running requests end for a second, then cuts them. */
  close(): Promise<void>
}

/** More requests at once than a board can infer; the front door's own bound (8 at a time) is the real one. */
const CONNECTIONS_MAX = 32
/** workerd closes idle connections after 5 s: we must be the first, or a request meets a closed one. */
const KEEP_ALIVE_MS = 3_000
/** An honest answer has five labels: under 2 KB. */
const ANSWER_MAX_BYTES = 256 * 1024
/** On top of the edge's deadline, for local inference on a slow board; the front door's deadline is shorter. */
const LOCAL_WORK_MAX_MS = 10_000
/** A stopping generation has been drained before: what is still running now is not worth waiting for. */
const DRAIN_MAX_MS = 1_000

export function functionClient(
  target: { socket: string } | { origin: string },
  spec: FunctionSpec,
): FunctionClient {
  const answerMs = spec.deployment.policy.edgeDeadlineMs + LOCAL_WORK_MAX_MS
  const options = {
    ...('socket' in target ? { socketPath: target.socket } : {}),
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    maxResponseSize: ANSWER_MAX_BYTES,
  }
  const origin = 'origin' in target ? target.origin : 'http://function'
  const requests = new Pool(origin, { ...options, connections: CONNECTIONS_MAX })
  const pings = new Pool(origin, { ...options, connections: 1 })
  return {
    classify: (handle, request, signal) => classify(requests, { handle, request, signal }),
    ping: (timeoutMs) => ping(pings, timeoutMs),
    async close() {
      await within(requests.close(), DRAIN_MAX_MS)
      await Promise.all([requests.destroy(), pings.destroy()])
    },
  }
}

interface ClassifyCall {
  handle: string
  request: FunctionRequest
  signal: AbortSignal | undefined
}

async function classify(pool: Pool, { handle, request, signal }: ClassifyCall): Promise<unknown> {
  const { statusCode, text } = await send(pool, { handle, request, signal })
  if (statusCode !== 200)
    throw new FunctionFailed(
      'error-answer',
      `Cannot classify by function: answers ${statusCode} "${text.slice(0, 200)}", expected 200`,
    )
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FunctionFailed('not-json', 'Cannot classify by function: answer is not JSON, expected JSON', {
      cause,
    })
  }
}

async function send(pool: Pool, { handle, request, signal }: ClassifyCall) {
  try {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/classify',
      headers: { 'content-type': 'application/json', [IMAGE_HANDLE_HEADER]: handle },
      body: JSON.stringify(request),
      signal: signal ?? null,
    })
    return { statusCode, text: await body.text() }
  } catch (cause) {
    signal?.throwIfAborted()
    throw failure(cause)
  }
}

function failure(cause: unknown): FunctionFailed {
  const fail = (code: FunctionFailed['code'], what: string) =>
    new FunctionFailed(code, `Cannot classify by function: ${what}`, { cause })
  switch (cause instanceof Error && 'code' in cause && cause.code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return fail('timeout', 'is too slow, expected an answer')
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return fail('error-answer', `answer is too long, expected at most ${ANSWER_MAX_BYTES} bytes`)
    default:
      return fail('down', 'is not there, expected a connection')
  }
}

/** Any answer below 500 will do: it shows that the module was evaluated and the event loop turns. */
async function ping(pool: Pool, timeoutMs: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/healthz', signal })
    await body.dump()
    return statusCode < 500
  } catch {
    // Refused, reset or late: to the caller all of them are "no".
    return false
  }
}
