// Waiting for what comes when it comes: asks again and again, never sleeps for a fixed time and hopes.

import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 25

/** The first answer that is neither false nor undefined; rejects with `what` and the last answer's story. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
