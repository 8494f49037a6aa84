// How much a function may do wrong before it is killed, and how often it may die before it is given up.

export interface WatchdogLimits {
  pingEveryMs: number
  pingMaxMs: number
  stuckCpuMaxMs: number
  rssMaxBytes: number
  /** What a function may take for itself in one request, while the host has nothing to do for it. */
  idleMaxMs: number
  /** On top of the edge's deadline: what a request may take with all the host's work for it. */
  answerSlackMs: number
  /** Of the last `strikesOf` answers, so many unusable ones kill it. */
  strikesMax: number
  strikesOf: number
  backoffFirstMs: number
  backoffMaxMs: number
  /** The death with which a function is given up, counted within `deathsWithinMs`. */
  deathsMax: number
  deathsWithinMs: number
  /** Between the further attempts for a function that was given up. */
  backoffFailedMs: number
}

/**
 * 74 MB is workerd under load, so 200 MB is a leak; two seconds of CPU are 100 times a slow decision, half a second
 * without a word 50 times. Ten of twenty: a function that fails for one image in ten is the rollout's to judge, by
 * its share of fallbacks. Five deaths in ten minutes: also a leak that takes a minute and a half to fill is a loop,
 * and one kill by the kernel a day is not.
 */
export const WATCHDOG_LIMITS: WatchdogLimits = {
  pingEveryMs: 500,
  pingMaxMs: 500,
  stuckCpuMaxMs: 2_000,
  rssMaxBytes: 200 * 2 ** 20,
  idleMaxMs: 500,
  answerSlackMs: 5_000,
  strikesMax: 10,
  strikesOf: 20,
  backoffFirstMs: 50,
  backoffMaxMs: 2_000,
  deathsMax: 5,
  deathsWithinMs: 600_000,
  backoffFailedMs: 30_000,
}
