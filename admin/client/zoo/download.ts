// One file over HTTP into a store of artifacts, and only those bytes: it goes on where it broke off (Range with If-Range,
// RFC 9110 sections 13.1.5 and 14.2), also in another run, and size and digest are checked over the whole. A server that
// has something else, says so by its length, or by ranges of something else, is refused before its bytes are kept.
//
// Tried again: lines that break or fall silent, servers that fail or ask for time. Not tried again: what a server refuses,
// bytes that are others twice, and what this disk refuses. What came so far stays for the next run in all but the second.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import type { PartialArtifact } from '#platform/partial-artifact.ts'
import { CommandFailed } from '../command-failed.ts'
import { FileRefused, LineBroke, openBody, retryAfterMs } from './file-answer.ts'
import type { Validators } from './validators.ts'

/** In a row, without progress. */
const ATTEMPTS = 5
/** Of bytes that are not those: once may be a proxy's mistake, twice is what the server has. */
const REFUSALS = 2
/** What a connection must have brought to count as progress: a line that drips must come to an end. */
const PROGRESS_MIN_BYTES = 16 * 1024
const PAUSE_MAX_MS = 60_000

export interface Download {
  readonly ref: ArtifactRef
  readonly url: string
  readonly store: ArtifactStore
  readonly validators: Validators
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined
  /** A line that brings nothing for so long is given up, and tried anew. */
  readonly silenceMaxMs?: number
  /** Before the second attempt; doubled for each one after. */
  readonly pauseFirstMs?: number
}

/** Afterwards the store has it. Throws a `CommandFailed` where it cannot be had from there. */
export async function downloadFile(download: Download): Promise<void> {
  const { ref, store, url } = download
  await refuseFullDisk(store, ref)
  try {
    await store.resume(ref, (partial) => fill(download, partial))
  } catch (error) {
    throw asFailure(error, url)
  }
  await download.validators.forget(ref.digest)
}

async function fill(download: Download, partial: PartialArtifact): Promise<void> {
  const { ref, onProgress, pauseFirstMs = 500 } = download
  let [failures, refusals] = [0, 0]
  for (;;) {
    const had = partial.sizeBytes
    onProgress?.(had, ref.sizeBytes)
    try {
      if (had < ref.sizeBytes) await receive(download, partial)
      return partial.verify()
    } catch (error) {
      const isOther = error instanceof ArtifactRefused
      if (isOther) await partial.restart()
      refusals += isOther ? 1 : 0
      failures = partial.sizeBytes - had >= PROGRESS_MIN_BYTES ? 1 : failures + 1
      const canTryAgain = isOther || error instanceof LineBroke
      if (!canTryAgain || failures >= ATTEMPTS || refusals >= REFUSALS) throw error
      await sleep(Math.min(retryAfterMs(error) ?? pauseFirstMs * 2 ** (failures - 1), PAUSE_MAX_MS))
    }
  }
}

/** One answer, from where the partial ends; throws where it leaves something missing. */
async function receive(download: Download, partial: PartialArtifact): Promise<void> {
  const { ref, url, validators, onProgress, silenceMaxMs = 30_000 } = download
  const from = partial.sizeBytes
  const validator = from > 0 ? await validators.of(ref.digest, url) : undefined
  const body = await openBody({ url, ref, from, validator, silenceMaxMs })
  // The whole: from a server that knows no ranges, or has changed what it has.
  if (from > 0 && body.from === 0) await partial.restart()
  await validators.remember(ref.digest, url, body.validator)
  for await (const chunk of body.chunks()) {
    await partial.append(chunk)
    onProgress?.(partial.sizeBytes, ref.sizeBytes)
  }
  if (partial.sizeBytes < ref.sizeBytes)
    throw new LineBroke(`the answer ended after ${partial.sizeBytes} of ${ref.sizeBytes} bytes`)
}

async function refuseFullDisk(store: ArtifactStore, ref: ArtifactRef): Promise<void> {
  const missing = ref.sizeBytes - (await store.partialBytes(ref.digest))
  const free = await store.freeBytes()
  if (free < missing)
    throw new CommandFailed(
      `Cannot store "${ref.digest}": the disk has ${megabytes(free)} MB free, expected ${megabytes(missing)} MB`,
    )
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

function asFailure(error: unknown, url: string): Error {
  const cannot = (what: string) => new CommandFailed(`Cannot fetch "${url}": ${what}`, { cause: error })
  if (error instanceof ArtifactRefused)
    return cannot('it has other bytes, expected those that the catalogue names')
  if (error instanceof FileRefused || error instanceof LineBroke) return cannot(error.message)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CommandFailed(`Cannot store "${url}": the disk is full; the same command goes on from here`, {
      cause: error,
    })
  return error as Error
}
