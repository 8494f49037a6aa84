// Hands captured images in, the oldest first, one at a time, with a pause between them: nobody waits for them, and the
// line of a device in the field is thin. What is known of an image goes first; the control plane says which bytes it
// lacks and from where on, so an upload that broke off goes on, also after a restart of either side.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ArtifactRefused } from '#platform/artifact-refused.ts'
import { type ControlClient, ControlError } from '../../agent/control-client.ts'
import { forever } from '../../agent/forever.ts'
import type { Captures } from './captures.ts'

const LOOK_EVERY_MS = 5_000
const BATCH_MAX = 20
/** Of the line's time, so that a model or an answer from the edge is not held up for long. */
const PAUSE_SHARE = 1

type Client = Pick<ControlClient, 'offerCaptures' | 'sendCapture'>

export async function uploadCaptures(
  captures: Captures,
  client: Client,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<void> {
  await forever(signal, log, async () => {
    if (!(await uploadSome(captures, client, signal))) await sleep(LOOK_EVERY_MS, undefined, { signal })
  })
}

/** Whether there were any. */
export async function uploadSome(captures: Captures, client: Client, signal: AbortSignal): Promise<boolean> {
  const waiting = captures.waiting(BATCH_MAX)
  if (waiting.length === 0) return false
  const answers = await client.offerCaptures({ captures: waiting }).catch((error: unknown) => {
    // One that is older than captures has no such route.
    if (error instanceof ControlError && error.status === 404) return undefined
    throw error
  })
  for (const { digest, state, from, isOverQuota } of answers?.captures ?? []) {
    if (state === 'refused' && isOverQuota) captures.holdBack()
    else if (state === 'refused') await captures.drop(digest)
    else if (state === 'stored') await captures.handedIn(digest)
    else await sendOne(captures, client, { digest, from, signal })
  }
  return answers !== undefined
}

async function sendOne(
  captures: Captures,
  client: Client,
  { digest, from, signal }: { digest: string; from: number; signal: AbortSignal },
): Promise<void> {
  const start = performance.now()
  const size = await captures.store.size(digest)
  // Gone: for want of room, or with the card. Its row would be offered again without end.
  if (size === undefined) return captures.drop(digest)
  const bytes = await captures.store.readVerified(digest).catch((error: unknown) => {
    if (error instanceof ArtifactRefused) return undefined
    throw error
  })
  if (bytes === undefined) return captures.drop(digest)
  await client.sendCapture({ digest, from, sizeBytes: size }, bytes.subarray(from), signal)
  await captures.handedIn(digest)
  await sleep((performance.now() - start) * PAUSE_SHARE, undefined, { signal })
}
