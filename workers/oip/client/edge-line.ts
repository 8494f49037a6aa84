// The connections to one server, and one request on them, bounded in time by its signal and in size by the pool.
// A key goes along only where the device's setting names this very host (serve/edge-key.ts): the server may be
// anybody's.

import { type Dispatcher, Pool } from 'undici'
import { connectWithin } from '../../serve/offload/connect-within.ts'
import { type EdgeTarget, refusedByStatus } from '../../serve/offload/edge-client.ts'
import { type ToldSends, toldSends } from '../../serve/offload/told-sends.ts'

/** As many as this platform's own edges get. */
const CONNECTIONS = 8
/** Servers close idle connections after 5 s and more; whoever sends must let go first. */
const KEEP_ALIVE_MS = 3_000
/** The most classes that a label list may have, as strings with a label of usual length. */
const ANSWER_MAX_BYTES = 4 * 1024 ** 2

export interface LineRequest extends ToldSends {
  readonly method: 'GET' | 'POST'
  /** After the server's own path: `/v2/...`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
}

export interface LineAnswer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

export class EdgeLine implements AsyncDisposable {
  readonly #pool: Pool
  readonly #line: Dispatcher
  /** Servers behind a gateway have one: `https://host/serving/cats`. */
  readonly #prefix: string
  readonly #authorization: Readonly<Record<string, string>>

  constructor({ url, connectMs, apiKey }: EdgeTarget) {
    this.#authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
    const { origin, pathname } = new URL(url)
    this.#prefix = pathname.replace(/\/+$/, '')
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: ANSWER_MAX_BYTES,
      connect: connectWithin(connectMs),
    })
    this.#line = this.#pool.compose(toldSends)
  }

  /** Rejects with `EdgeRefused` for any status but 200. */
  async ask({ method, path, headers = {}, body, signal, onSent }: LineRequest): Promise<LineAnswer> {
    const response = await this.#line.request({
      method,
      path: this.#prefix + path,
      headers: { ...headers, ...this.#authorization },
      ...(body === undefined ? {} : { body }),
      signal,
      ...({ onSent } satisfies ToldSends),
    })
    if (response.statusCode !== 200) {
      await response.body.dump()
      throw refusedByStatus(response.statusCode, response.headers['retry-after'])
    }
    return { headers: response.headers, body: new Uint8Array(await response.body.arrayBuffer()) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.close()
  }
}
