// What the edge says to an image that its router kept here. Asked for as no client asks: only while no client's image
// is under way to an edge, out of the deployment's budget only what lies above the half that is kept for clients, and
// never through an open breaker. While that is so it is tried
// again a few times, since an audit that only quiet moments get would tell of quiet moments alone.

import { setTimeout as sleep } from 'node:timers/promises'
import type { TierLabel } from '#contract/observe/audit.ts'
import type { EdgePort } from '../host/bindings-server.ts'
import type { ServedImage } from '../serve/request-context.ts'

const ATTEMPTS = 6
const AGAIN_MS = 250

/** Undefined where the edge had no time for it; rejects when `signal` does. */
export async function askEdge(
  edge: EdgePort,
  image: ServedImage,
  signal: AbortSignal,
): Promise<TierLabel | undefined> {
  const { bytes, context } = image
  // Without the client's deadline: that was about the answer, which has been given.
  const { requestId, preference } = context
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await edge.offload({ bytes, context: { requestId, preference } }, 1, { background: true })
    if (result.ok) {
      const best = result.labels[0]!
      return { label: best.index, score: best.score }
    }
    if (attempt < ATTEMPTS) await sleep(AGAIN_MS * 2 ** (attempt - 1), undefined, { signal })
  }
  return undefined
}
