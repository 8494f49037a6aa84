// One answer of a file server, from a given byte on: what was asked, whether the answer is that, and its bytes until it
// ends or falls silent. Redirects are followed wherever they lead, since the bytes are checked by digest; nothing that
// identifies anybody is sent along.

import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'

/** The server will not, however often it is asked. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
}

/** Asking again may help; `afterMs` where the server said when. */
export class LineBroke extends Error {
  override readonly name = 'LineBroke'
  readonly afterMs: number | undefined
  constructor(
    message: string,
    { afterMs, ...options }: ErrorOptions & { afterMs?: number | undefined } = {},
  ) {
    super(message, options)
    this.afterMs = afterMs
  }
}

export const retryAfterMs = (error: unknown): number | undefined =>
  error instanceof LineBroke ? error.afterMs : undefined

export interface FileQuestion {
  readonly url: string
  readonly ref: ArtifactRef
  readonly from: number
  /** That the bytes before `from` came with. */
  readonly validator?: string | undefined
  readonly silenceMaxMs: number
}

export interface FileBody {
  /** Where its first byte belongs. */
  readonly from: number
  readonly validator: string | undefined
  chunks(): AsyncGenerator<Uint8Array>
}

export async function openBody(question: FileQuestion): Promise<FileBody> {
  const { url, ref, from, silenceMaxMs } = question
  const silence = silenceAfter(silenceMaxMs)
  const response = await fetch(url, { headers: headersOf(question), signal: silence.signal }).catch(
    (cause: unknown) => {
      silence.end()
      throw new LineBroke(silence.signal.aborted ? SILENT : `it cannot be reached${codeIn(cause)}`, { cause })
    },
  )
  try {
    return {
      from: placeOf(response, { ref, from }),
      validator: strongValidator(response.headers),
      chunks: () => chunksOf(response, silence),
    }
  } catch (error) {
    silence.end()
    await response.body?.cancel().catch(() => undefined)
    throw error
  }
}

const SILENT = 'it fell silent'

/** fetch() itself says only that it failed; why is in its cause. */
function codeIn(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  return code === undefined ? '' : ` (${code})`
}

function headersOf({ from, validator }: FileQuestion): Record<string, string> {
  // Ranges count bytes of what is sent: compressed, they would be others.
  const identity = { 'accept-encoding': 'identity' }
  if (from === 0) return identity
  const range = { ...identity, range: `bytes=${from}-` }
  return validator === undefined ? range : { ...range, 'if-range': validator }
}

function placeOf(response: Response, { ref, from }: { ref: ArtifactRef; from: number }): number {
  const { status, headers } = response
  const sizes = (what: string | null) =>
    new ArtifactRefused(
      'size-mismatch',
      `Cannot store artifact "${ref.digest}": the answer is "${what}", expected ${ref.sizeBytes} bytes`,
    )
  if (status === 200) {
    const length = headers.get('content-length')
    if (length !== null && Number(length) !== ref.sizeBytes)
      throw new FileRefused(`it has ${length} bytes, expected ${ref.sizeBytes}`)
    return 0
  }
  if (status === 206) {
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? []
    if (Number(start) !== from || (size !== '*' && Number(size) !== ref.sizeBytes))
      throw sizes(headers.get('content-range'))
    return from
  }
  // There is nothing behind what was kept, so what was kept is not the beginning of it.
  if (status === 416 && from > 0) throw sizes('416')
  if (status === 408 || status === 429 || status >= 500)
    throw new LineBroke(`it answers ${status}`, { afterMs: secondsOf(headers.get('retry-after')) })
  throw new FileRefused(`it answers ${status}, expected the file`)
}

/** Weak ones and dates say too little to put two halves together. */
function strongValidator(headers: Headers): string | undefined {
  const etag = headers.get('etag')
  return etag?.startsWith('"') ? etag : undefined
}

const secondsOf = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) ? Number(text) * 1_000 : undefined

async function* chunksOf(response: Response, silence: Silence): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const next = await reader?.read().catch((cause: unknown) => {
        throw new LineBroke(silence.signal.aborted ? SILENT : 'the line broke', { cause })
      })
      silence.end()
      if (next === undefined || next.done) return
      yield next.value
      silence.begin()
    }
  } finally {
    silence.end()
    // Lets the connection go where the rest is not wanted; one that broke has nothing to let go.
    await reader?.cancel().catch(() => undefined)
  }
}

interface Silence {
  readonly signal: AbortSignal
  begin(): void
  end(): void
}

/** Counts only while something is waited for: a slow disk is no silent server. */
function silenceAfter(ms: number): Silence {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const end = () => clearTimeout(timer)
  const begin = () => {
    end()
    timer = setTimeout(() => controller.abort(), ms)
  }
  begin()
  return { signal: controller.signal, begin, end }
}
