// Brings artifacts from the control plane into the device's store: a few at a time, retried with jittered
// back-off, verified by digest and exact size while they stream. A refusal (4xx) is final, a broken line is not.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactRef } from '#contract/digest.ts'
import type { ArtifactStore } from '#platform/artifact-store.ts'
import { type ControlClient, ControlError } from './control-client.ts'

const PARALLEL = 4
const ATTEMPTS = 5
const BACKOFF_FIRST_MS = 300

interface Line {
  readonly client: ControlClient
  readonly store: ArtifactStore
  readonly signal: AbortSignal
}

async function downloadOne(line: Line, ref: ArtifactRef): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await line.client.artifact(ref.digest, 0, line.signal)
      await line.store.put(response.body ?? [], { ...ref, sizeMaxBytes: ref.sizeBytes })
      return
    } catch (error) {
      const isFinal =
        error instanceof ControlError && (error.code === 'refused' || error.code === 'unauthorised')
      if (isFinal || attempt === ATTEMPTS || line.signal.aborted) throw error
      await sleep(BACKOFF_FIRST_MS * 2 ** attempt * (0.5 + Math.random()), undefined, { signal: line.signal })
    }
  }
}

/** Afterwards every artifact is in the store; throws on the first that cannot be had. */
export async function download(line: Line, refs: readonly ArtifactRef[]): Promise<void> {
  const queue = [...refs]
  const lane = async () => {
    for (let ref = queue.shift(); ref !== undefined; ref = queue.shift())
      if (!(await line.store.has(ref))) await downloadOne(line, ref)
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL, refs.length) }, lane))
}
