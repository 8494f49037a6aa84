// The bytes of an object from one end to another, gone on with by Range where a transfer breaks off: large models over
// long lines would else begin anew, at every reader. Bounded, so that a server which always breaks off is told of.
//
// What the server says about its answer is believed only where it agrees with what is known of the object, and no byte
// more than was asked for is passed on: some servers answer more.

import { setTimeout as sleep } from 'node:timers/promises'
import { ArtifactRefused } from '../../artifact-refused.ts'
import { ArtifactStoreFailed } from '../artifact-store-failed.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { s3FailureOf } from './s3-failure.ts'

/** Transfers that broke off, of one reading. */
const BREAKS_MAX = 4
const PAUSE_MS = 100

export interface Wanted {
  readonly key: string
  readonly from: number
  /** Behind the last byte. */
  readonly to: number
  /** Of the whole object. */
  readonly sizeBytes: number
}

export async function* readObject(bucket: S3Bucket, wanted: Wanted): AsyncGenerator<Uint8Array> {
  const what = `read object "${wanted.key}"`
  let at = wanted.from
  for (let breaks = 0; at < wanted.to; breaks++) {
    if (breaks > 0) await sleep(PAUSE_MS * 2 ** breaks)
    const response = await bucket.attempt(what, async () => {
      const isWhole = at === 0 && wanted.to === wanted.sizeBytes
      const answer = await bucket.get(wanted.key, at, isWhole ? undefined : wanted.to)
      await expectAnswer(answer, at, wanted)
      return answer
    })
    let why: unknown
    try {
      for await (const chunk of response.body!) {
        const bytes = chunk.subarray(0, wanted.to - at)
        at += bytes.length
        yield bytes
        if (at === wanted.to) return
      }
    } catch (cause) {
      if (!s3FailureOf(cause, what, bucket.where)) throw cause
      why = cause
    }
    if (breaks + 1 === BREAKS_MAX)
      throw new ArtifactStoreFailed(
        'unreachable',
        `Cannot ${what}: ${bucket.where} broke off ${BREAKS_MAX} times, last at byte ${at} of ${wanted.sizeBytes}`,
        { cause: why },
      )
  }
}

/** Of these bytes of this object; a refusal where it has another size. */
async function expectAnswer(answer: Response, at: number, { key, sizeBytes }: Wanted): Promise<void> {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? []
  const isPart = answer.status === 206
  const told = isPart ? total : answer.headers.get('content-length')
  if ((told === null || Number(told) === sizeBytes) && (isPart ? Number(start) : 0) === at) return
  await answer.body?.cancel()
  throw new ArtifactRefused(
    'size-mismatch',
    `Cannot read object "${key}": the store answers ${told ?? 'unknown'} bytes from ${start ?? 0}, ` +
      `expected ${sizeBytes} from ${at}`,
  )
}
