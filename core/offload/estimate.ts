// What something takes, as an exponentially weighted mean of what it took: a fifth of each new sample. An estimate that
// nothing has renewed for a minute is none: whoever goes by estimates would else never look again at the tier that they
// speak against.

export interface Estimate {
  readonly value: number
  readonly atMs: number
}

const WEIGHT = 0.2
const STALE_AFTER_MS = 60_000

export function learn(before: Estimate | undefined, sample: number, nowMs: number): Estimate {
  const old = fresh(before, nowMs)
  return { value: old === undefined ? sample : old + WEIGHT * (sample - old), atMs: nowMs }
}

/** Undefined where there is no estimate, or none that still holds. */
export function fresh(estimate: Estimate | undefined, nowMs: number): number | undefined {
  if (!estimate || nowMs - estimate.atMs > STALE_AFTER_MS) return undefined
  return estimate.value
}
