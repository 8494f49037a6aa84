// Brings artifacts from the control plane into the device's store: a few at a time, and each goes on where it broke
// off (Range, RFC 9110 section 14), also after a restart, since the bytes that came are kept under the digest. A
// digest names its bytes for ever, so no validator is needed; a server that does not know ranges answers with the
// whole, and then it begins anew. Size and digest are checked over the whole while it streams: bytes that are not
// those, or one too many, throw away all that was kept.
//
// Tried again: lines that break, a control plane that fails or asks for time. Not tried again: what it refuses, and
// what this device's disk refuses.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { PartialArtifact } from '#platform/partial-artifact.ts'
import { type ControlClient, ControlError } from './control-client.ts'
import { backoffMs, waitMs } from './forever.ts'

const PARALLEL = 4
/** In a row, without progress. */
const ATTEMPTS = 5
/** Of bytes that are not those: once may be a proxy's mistake, twice is what the server has. */
const REFUSALS = 2
const BACKOFF_FIRST_MS = 600
/** What a connection must have brought to count as progress: a line that drips must come to an end. */
const PROGRESS_MIN_BYTES = 16 * 1024

export interface Line {
  readonly client: Pick<ControlClient, 'artifact'>
  readonly store: ArtifactStore
  readonly signal: AbortSignal
  /** The first wait after a failure; a test need not wait as a fleet must. */
  readonly backoffFirstMs?: number
}

/** Afterwards every artifact is in the store; throws on the first that cannot be had. */
export async function download(line: Line, refs: readonly ArtifactRef[]): Promise<void> {
  const queue = [...refs]
  const lane = async () => {
    for (let ref = queue.shift(); ref !== undefined; ref = queue.shift())
      if (!(await line.store.has(ref))) await fetchArtifact(line, ref)
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL, refs.length) }, lane))
}

const fetchArtifact = (line: Line, ref: ArtifactRef): Promise<void> =>
  line.store.resume(ref, async (partial) => {
    let refusals = 0
    for (let failures = 0; ; ) {
      const had = partial.sizeBytes
      try {
        if (partial.sizeBytes < ref.sizeBytes) await receive(line, partial)
        return partial.verify()
      } catch (error) {
        if (error instanceof ArtifactRefused) {
          await partial.restart()
          refusals++
        }
        failures = partial.sizeBytes - had >= PROGRESS_MIN_BYTES ? 1 : failures + 1
        const isEnough = failures >= ATTEMPTS || refusals >= REFUSALS
        if (!canTryAgain(error) || isEnough || line.signal.aborted) throw error
        const ms = waitMs(error, backoffMs(failures, { firstMs: line.backoffFirstMs ?? BACKOFF_FIRST_MS }))
        await sleep(ms, undefined, { signal: line.signal })
      }
    }
  })

const canTryAgain = (error: unknown): boolean =>
  error instanceof ArtifactRefused ||
  (error instanceof ControlError && error.code !== 'refused' && error.code !== 'unauthorised')

/** One answer, from where the partial ends; throws where it leaves something missing. */
async function receive({ client, signal }: Line, partial: PartialArtifact): Promise<void> {
  const { ref, sizeBytes: from } = partial
  const response = await client.artifact(ref.digest, from, signal).catch((error: unknown) => {
    // There is nothing behind what was kept, so what was kept is not the beginning of it.
    if (from > 0 && error instanceof ControlError && error.status === 416) throw misplaced(ref, from, '416')
    throw error
  })
  if (response.status === 206 && !isRest(response.headers.get('content-range'), from, ref)) {
    await response.body?.cancel()
    throw misplaced(ref, from, response.headers.get('content-range'))
  }
  // The whole, from a server that does not know ranges.
  if (from > 0 && response.status !== 206) await partial.restart()
  for await (const chunk of bytesOf(response, signal)) await partial.append(chunk)
  if (partial.sizeBytes < ref.sizeBytes)
    throw new ControlError(
      'unreachable',
      `Cannot fetch artifact "${ref.digest}": the answer ended after ${partial.sizeBytes} of ${ref.sizeBytes} bytes`,
    )
}

function isRest(header: string | null, from: number, ref: ArtifactRef): boolean {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '') ?? []
  return Number(start) === from && (size === '*' || Number(size) === ref.sizeBytes)
}

/** Bytes of another place, or of something of another size, are none of ours. */
const misplaced = (ref: ArtifactRef, from: number, was: string | null) =>
  new ArtifactRefused(
    'size-mismatch',
    `Cannot store artifact "${ref.digest}": the answer is "${was}", expected bytes from ${from} of ${ref.sizeBytes}`,
  )

/** A line that breaks in mid-answer is a line that broke; errors of whoever uses the bytes stay what they are. */
async function* bytesOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!response.body) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new ControlError('unreachable', 'Cannot fetch artifact: the line broke', { cause })
      })
      if (done) return
      yield value
    }
  } finally {
    // Lets the connection go where the rest is not wanted; one that broke has nothing to let go.
    await reader.cancel().catch(() => undefined)
  }
}
