// The threshold that keeps a router within its offload target: the least observed score t for which the share
// of scores >= t is at most the target. Equal scores leave together or stay together, so with many ties the
// share can fall short of the target, never exceed it. The same scores in any order give the same threshold.

/** Above every score: nothing is offloaded. */
export const NEVER = 2
/** Below every score: everything is. */
export const ALWAYS = -1

/** A share such as 0.3 * 10 may fall just short of a whole number; this much is forgiven. */
const ROUNDING = 1e-9

export function thresholdForOffload(scores: ArrayLike<number>, target: number): number {
  if (!(target >= 0 && target <= 1))
    throw new RangeError(`Cannot set threshold: offload target is ${target}, expected 0 to 1`)
  const descending = Float64Array.from(scores).sort().reverse()
  const allowed = Math.floor(target * descending.length + ROUNDING)
  if (descending.length === 0) return NEVER
  if (allowed >= descending.length) return ALWAYS
  const firstKept = descending[allowed]!
  let threshold = NEVER
  for (let i = 0; i < allowed && descending[i]! > firstKept; i++) threshold = descending[i]!
  return threshold
}
