// The `fetch` that s3mini sends with. Its own limit counts the whole transfer, so that a large model on a slow line
// would always be cut; undici's count silence. Answers to all but GET are read here: s3mini leaves some bodies unread,
// which would hold their connections until they are collected as garbage.

import { Agent, fetch as send } from 'undici'

/** A server that says nothing for so long is gone; S3 answers within hundreds of milliseconds. */
const SILENCE_MAX_MS = 30_000
const CONNECT_MAX_MS = 5_000
/** Whole data sets are fetched at once; more would only queue in the server. */
const CONNECTIONS_MAX = 64
/** Servers close idle connections after 5 s or more: ours go first. */
const IDLE_MAX_MS = 4_000

export interface S3Line extends AsyncDisposable {
  readonly fetch: typeof fetch
}

export function openS3Line(silenceMaxMs = SILENCE_MAX_MS): S3Line {
  const dispatcher = new Agent({
    connect: { timeout: Math.min(CONNECT_MAX_MS, silenceMaxMs) },
    headersTimeout: silenceMaxMs,
    bodyTimeout: silenceMaxMs,
    connections: CONNECTIONS_MAX,
    keepAliveTimeout: IDLE_MAX_MS,
  })
  const line = async (url: string | URL | Request, init: RequestInit = {}) => {
    const response = await send(url as string, { ...init, dispatcher } as Parameters<typeof send>[1])
    if (init.method === 'GET') return response
    const body = await response.arrayBuffer()
    const { status, statusText } = response
    const isBare = init.method === 'HEAD' || status === 204 || status === 304
    return new Response(isBare ? null : body, { status, statusText, headers: [...response.headers] })
  }
  return { fetch: line as typeof fetch, [Symbol.asyncDispose]: () => dispatcher.destroy() }
}
