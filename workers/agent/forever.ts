// Trying again: how long to wait after how many failures in a row, and a loop that survives whatever its step
// throws. Doubling with jitter, so that a fleet that lost its control plane does not come back all at once; what
// the control plane asks for (Retry-After of a 429 or 503) is the least that is waited.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ControlError } from './control-client.ts'

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 30_000

/** `failures` in a row, the first is 1. Half of it is certain, half is chance. */
export function backoffMs(failures: number, { firstMs = RETRY_FIRST_MS, maxMs = RETRY_MAX_MS } = {}): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
}

/** Never less than the control plane asked for, and then with chance on top: it asked many. */
export function waitMs(error: unknown, ownMs: number): number {
  const askedMs = error instanceof ControlError ? error.retryAfterMs : undefined
  return askedMs === undefined ? ownMs : Math.max(ownMs, askedMs * (1 + Math.random() / 4))
}

/** Repeats until aborted; a failure waits longer each time in a row and is logged. */
export async function forever(signal: AbortSignal, log: Logger, step: () => Promise<void>): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await step()
      failures = 0
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'will try again')
      await sleep(waitMs(err, backoffMs(++failures)), undefined, { signal }).catch(() => undefined)
    }
  }
}
