// How long an edge is waited for, from how long it took lately: an edge whose network is gone says nothing, and a fixed
// deadline that is fair to a slow one keeps clients waiting for a dead one. Twice the 90th percentile and a margin is
// late for an edge by its own measure. The 90th and not the 99th: of 64 samples the 99th is the largest, and one bad
// second would make everybody patient for an hour of quiet traffic (the rule of TCP's timer, mean and deviation, has the
// same weakness; RFC 6298). Never below 200 ms: a garbage collection or a busy processor is not an outage.

/** Samples that are kept of an edge. */
export const ROUND_TRIPS_MAX = 64

const QUANTILE = 0.9
const HEDGE_QUANTILE = 0.95
const TIMES = 2
const MARGIN_MS = 20
const FLOOR_MS = 200
/** A local answer that begins at once costs nothing that waiting a moment could save. */
const HEDGE_FLOOR_MS = 5

/** What most answers take; undefined of no samples. */
export function usualMs(roundTripsMs: readonly number[], quantile = QUANTILE): number | undefined {
  const sorted = [...roundTripsMs].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]
}

/** How long an attempt may take, at most `deadlineMs`: all of it for an edge that nothing is known of. */
export function attemptMs(roundTripsMs: readonly number[], deadlineMs: number): number {
  const usual = usualMs(roundTripsMs)
  if (usual === undefined) return deadlineMs
  return Math.min(deadlineMs, Math.max(FLOOR_MS, TIMES * usual + MARGIN_MS))
}

/**
 * When the local answer is begun beside the edge's, so that one of them is there when the wait is over: once the edge is
 * later than usual, and early enough for the local inference to end in time.
 */
export function hedgeAfterMs(
  roundTripsMs: readonly number[],
  { waitMs, localMs }: { waitMs: number; localMs: number },
): number {
  const latest = waitMs - localMs
  return Math.max(
    0,
    Math.min(latest, Math.max(HEDGE_FLOOR_MS, usualMs(roundTripsMs, HEDGE_QUANTILE) ?? latest)),
  )
}
