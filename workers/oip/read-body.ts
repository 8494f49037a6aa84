// Reads a request's body with two caps, both counted on the stream, since Content-Length may lie and chunked bodies
// have none: one for each body, one for all that are in memory at a time. Without the second, the connections that
// the front door allows could each bring a body of the largest size, and a small board has 1 GB.

import { OipRefused } from './oip-refused.ts'

/** Five images of 1024 x 1024 as FP32, or four encoded ones of the largest size that classify takes. */
export const BODY_MAX_BYTES = 64 * 1024 ** 2

export class BodyBudget {
  readonly #maxBytes: number
  #usedBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes) return false
    this.#usedBytes += bytes
    return true
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes
  }
}

const tooLarge = () =>
  new OipRefused('too-large', `Cannot read body: is over ${BODY_MAX_BYTES} bytes, expected fewer`)

/** Holds the body in the budget while `work` is at it. */
export async function withBody<T>(
  request: Request,
  budget: BodyBudget,
  work: (body: Uint8Array) => Promise<T>,
): Promise<T> {
  if (request.headers.has('content-encoding'))
    throw new OipRefused('encoded', 'Cannot read body: has a Content-Encoding, expected the plain bytes')
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of chunksOf(request)) {
      if (size + chunk.length > BODY_MAX_BYTES) throw tooLarge()
      if (!budget.take(chunk.length))
        throw new OipRefused('busy', 'Cannot read body: too much is in work, try again soon')
      size += chunk.length
      chunks.push(chunk)
    }
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    // Else they would be held twice for as long as the work takes.
    chunks.length = 0
    return await work(body)
  } finally {
    budget.give(size)
  }
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* request.body ?? []
  } catch (cause) {
    throw new OipRefused('invalid', 'Cannot read body: the connection broke off', { cause })
  }
}
