// Bytes to the control plane: small ones in one request, larger ones in parts, which go on where they were when the
// line is cut or the control plane starts anew. Where it is the control plane says, every time: nothing is remembered
// here, so a client that was killed goes on as well when it is asked for the same file again. Runs in browsers too.

import {
  UPLOAD_COMPLETE_HEADER,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_OFFSET_HEADER,
} from '#contract/api/artifacts.ts'
import { ErrorBody } from '#contract/classify.ts'
import { CommandFailed, type FailureReason } from '../command-failed.ts'
import { unreachable } from '../link/unreachable.ts'
import type { UploadSource } from './upload-source.ts'

/** Sent again from the beginning in a second or two. */
const WHOLE_MAX_BYTES = 8 * 1024 ** 2
/** Of one request: two of the parts that are kept, and seconds on a line of 50 Mbit/s. */
const APPEND_BYTES = 16 * 1024 ** 2
/** A control plane that was restarted is back by then. */
const PATIENCE_MS = 120_000
const PAUSE_FIRST_MS = 250
const PAUSE_MAX_MS = 5_000

export interface Line {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface UploadOptions {
  readonly mediaType: string
  /** Of what goes up in parts. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined
  /** How long it may not get any further. */
  readonly patienceMs?: number
  /** Gives up at once; what is up there already stays, and is gone on from. */
  readonly signal?: AbortSignal | undefined
  /** Of one request. */
  readonly appendBytes?: number
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asking again may help; `afterMs` where the control plane said when. */
class Interrupted extends Error {
  readonly afterMs: number | undefined
  constructor(cause: unknown, afterMs?: number) {
    super('interrupted', { cause })
    this.afterMs = afterMs
  }
}

export async function upload(line: Line, source: UploadSource, options: UploadOptions): Promise<void> {
  const { digest, sizeBytes } = source.ref
  const wholeMaxBytes = Math.min(WHOLE_MAX_BYTES, options.appendBytes ?? WHOLE_MAX_BYTES)
  if (sizeBytes > wholeMaxBytes) return uploadInParts(line, source, options)
  const body = await source.slice(0, sizeBytes)
  const answer = await send(line, `/artifacts/${digest}`, {
    method: 'PUT',
    headers: { 'content-type': options.mediaType },
    body: body as Uint8Array<ArrayBuffer>,
    ...signalOf(options),
  })
  if (!answer.ok) throw await refusalOf(answer, digest)
}

const signalOf = ({ signal }: UploadOptions) => (signal === undefined ? {} : { signal })

async function uploadInParts(line: Line, source: UploadSource, options: UploadOptions): Promise<void> {
  const { digest, sizeBytes } = source.ref
  let [farthest, movedAt, pauseMs] = [-1, performance.now(), PAUSE_FIRST_MS]
  const moved = (offsetBytes: number) => {
    options.onProgress?.(offsetBytes, sizeBytes)
    if (offsetBytes <= farthest) return
    farthest = offsetBytes
    movedAt = performance.now()
    pauseMs = PAUSE_FIRST_MS
  }
  for (;;)
    try {
      let state = await begin(line, source, options)
      for (;;) {
        moved(state.offsetBytes)
        if (state.isComplete) return
        state = await append(line, source, state.offsetBytes, options)
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      // Who was never there is not waited for.
      if (farthest < 0 && error.cause instanceof CommandFailed) throw error.cause
      if (performance.now() - movedAt > (options.patienceMs ?? PATIENCE_MS))
        throw new CommandFailed(
          `Cannot upload ${digest}: got no further than byte ${Math.max(farthest, 0)} of ${sizeBytes}; the same command goes on from there`,
          { cause: error.cause },
        )
      await sleep(error.afterMs ?? pauseMs * (0.5 + Math.random()))
      options.signal?.throwIfAborted()
      pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)
    }
}

interface State {
  readonly offsetBytes: number
  readonly isComplete: boolean
}

const begin = async (line: Line, { ref }: UploadSource, options: UploadOptions): Promise<State> =>
  stateOf(
    await sendAgain(line, `/artifacts/${ref.digest}/upload`, {
      method: 'POST',
      headers: { [UPLOAD_LENGTH_HEADER]: String(ref.sizeBytes), 'content-type': options.mediaType },
      ...signalOf(options),
    }),
    ref.digest,
  )

async function append(
  line: Line,
  { ref, slice }: UploadSource,
  from: number,
  options: UploadOptions,
): Promise<State> {
  const body = await slice(from, Math.min(from + (options.appendBytes ?? APPEND_BYTES), ref.sizeBytes))
  const answer = await sendAgain(line, `/artifacts/${ref.digest}/upload`, {
    method: 'PATCH',
    headers: { [UPLOAD_OFFSET_HEADER]: String(from), 'content-type': 'application/partial-upload' },
    body: body as Uint8Array<ArrayBuffer>,
    ...signalOf(options),
  })
  return stateOf(answer, ref.digest)
}

async function stateOf(answer: Response, digest: string): Promise<State> {
  const retryAfter = answer.headers.get('retry-after')
  // Held by a request that may be dead, gone on with by another one, expired: where it is now, begin() finds out.
  if ([404, 409].includes(answer.status) && (retryAfter !== null || answer.headers.has(UPLOAD_OFFSET_HEADER)))
    throw new Interrupted(
      await refusalOf(answer, digest),
      retryAfter === null ? undefined : Number(retryAfter) * 1_000,
    )
  if (!answer.ok) throw await refusalOf(answer, digest)
  await answer.arrayBuffer()
  return {
    offsetBytes: Number(answer.headers.get(UPLOAD_OFFSET_HEADER)),
    isComplete: answer.headers.get(UPLOAD_COMPLETE_HEADER) === '?1',
  }
}

/** As send, for what may be asked again. */
async function sendAgain(line: Line, path: string, init: RequestInit): Promise<Response> {
  let answer: Response
  try {
    answer = await send(line, path, init)
  } catch (error) {
    throw error instanceof CommandFailed ? new Interrupted(error) : error
  }
  if (![502, 503, 504].includes(answer.status)) return answer
  throw new Interrupted(new Error((await refusalOf(answer, path)).message))
}

export async function send({ url, headers }: Line, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, { ...init, headers: { ...headers, ...init.headers } })
  } catch (cause) {
    init.signal?.throwIfAborted()
    throw unreachable(url, cause)
  }
}

const REASONS: Readonly<Record<number, FailureReason>> = {
  401: 'not-allowed',
  403: 'not-allowed',
  404: 'not-found',
}

export async function refusalOf(answer: Response, digest: string): Promise<CommandFailed> {
  const refused = ErrorBody.safeParse(await answer.json().catch(() => undefined))
  return new CommandFailed(
    refused.success
      ? refused.data.error.message
      : `Cannot send or fetch ${digest}: status ${answer.status}, expected success`,
    { reason: REASONS[answer.status] },
  )
}
