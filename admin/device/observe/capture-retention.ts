// Captured images are other people's pictures: they are kept for so many days from when they were handed in, and then
// their rows and bytes go together. Looked after once an hour; a control plane that was off does it when it starts.

import { setTimeout as sleep } from 'node:timers/promises'
import { deleteOldCaptures, lockCaptures } from '#db/queries/observe/captures.ts'
import type { Context } from '../../context.ts'

type Ports = Pick<Context, 'db' | 'captures' | 'log'>

const LOOK_EVERY_MS = 3_600_000

export function keepRetention(ports: Ports, days: number): AsyncDisposable {
  const stopping = new AbortController()
  const done = loop(ports, days, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await done
    },
  }
}

async function loop(ports: Ports, days: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const count = await forgetOldCaptures(ports, days)
      if (count > 0) ports.log.info({ count, days }, 'captured images have gone')
    } catch (err) {
      ports.log.warn({ err }, 'captured images could not be looked after')
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** How many images went. Rows go last: a crash in between leaves rows without bytes, which the next look takes. */
export const forgetOldCaptures = ({ db, captures }: Ports, days: number): Promise<number> =>
  db.transaction(async (tx) => {
    await lockCaptures(tx)
    const digests = await deleteOldCaptures(tx, days)
    for (const digest of digests) await captures.remove(digest)
    return digests.length
  })
