// When an edge is left alone: a circuit breaker (Nygard, "Release It!"). It opens at the third failure in a row, or at
// any failure half a second after the first of its row, so that few requests find out as well as many; and at the first
// one that was late, since each of those keeps a client waiting and a refused or broken connection costs next to
// nothing. Opening for nothing is cheap: a probe is due a tenth of a second later, and no client waits for a probe.
// Its own and not a library's, since failures differ in weight, whether a probe is due must be known before it is paid
// for, and the clock is the monotonic one: a Pi without a battery sets its calendar by hours after it has started.

export interface Breaker {
  /** Failures since the last success, and when the first of them was. */
  readonly failures: number
  readonly sinceMs: number
  /** How often it was opened since it was last closed; 0 while it is closed. */
  readonly opened: number
  readonly probeAtMs: number
  readonly isProbing: boolean
}

export interface Failure {
  readonly nowMs: number
  readonly isLate: boolean
  readonly isProbe: boolean
}

const FAILURES_MAX = 3
const FAILING_MAX_MS = 500
/** The last is the longest that an edge that is back goes unnoticed, but for what the probe itself takes. */
const PROBE_AFTER_MS = [100, 250, 500, 1_000, 2_000] as const

export const CLOSED: Breaker = { failures: 0, sinceMs: 0, opened: 0, probeAtMs: 0, isProbing: false }

export const isClosed = (breaker: Breaker): boolean => breaker.opened === 0

export const isProbeDue = (breaker: Breaker, nowMs: number): boolean =>
  breaker.opened > 0 && !breaker.isProbing && nowMs >= breaker.probeAtMs

/** One at a time: until it ends, none is due. */
export const probing = (breaker: Breaker): Breaker => ({ ...breaker, isProbing: true })

/** Any answer will do, also one to a question from before the breaker opened. */
export const succeeded = (): Breaker => CLOSED

export function failed(breaker: Breaker, { nowMs, isLate, isProbe }: Failure): Breaker {
  // What was under way as it opened has nothing new to tell.
  if (!isClosed(breaker)) return isProbe ? open(breaker, nowMs) : breaker
  const sinceMs = breaker.failures === 0 ? nowMs : breaker.sinceMs
  const failures = breaker.failures + 1
  const after = { ...breaker, failures, sinceMs }
  return isLate || failures >= FAILURES_MAX || nowMs - sinceMs >= FAILING_MAX_MS ? open(after, nowMs) : after
}

function open(breaker: Breaker, nowMs: number): Breaker {
  const waitMs = PROBE_AFTER_MS[Math.min(breaker.opened, PROBE_AFTER_MS.length - 1)]!
  return { ...breaker, opened: breaker.opened + 1, probeAtMs: nowMs + waitMs, isProbing: false }
}
