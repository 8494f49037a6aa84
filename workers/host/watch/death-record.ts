// How often a function has died of late: how long its next start waits, and when it is given up. Only deaths of
// the last minutes count, so that one a day is no history. A start that fails is a death too.

import type { WatchdogLimits } from './watchdog-limits.ts'

type DeathLimits = Pick<
  WatchdogLimits,
  'backoffFirstMs' | 'backoffMaxMs' | 'backoffFailedMs' | 'deathsMax' | 'deathsWithinMs'
>

export class DeathRecord {
  readonly #limits: DeathLimits
  #recentMs: number[] = []
  /** In all its life. */
  total = 0
  lastReason: string | undefined
  /** Given up: stays true, also where a later start goes well. */
  hasFailed = false

  constructor(limits: DeathLimits) {
    this.#limits = limits
  }

  /** True for the one death with which the function is given up. */
  add(nowMs: number, reason: string): boolean {
    this.total++
    this.lastReason = reason
    this.#recentMs = this.#recentMs.filter((at) => nowMs - at < this.#limits.deathsWithinMs)
    this.#recentMs.push(nowMs)
    if (this.hasFailed || this.#recentMs.length < this.#limits.deathsMax) return false
    this.hasFailed = true
    return true
  }

  /** Before the next start. A function that was given up is still tried: nothing may be there to take over. */
  get backoffMs(): number {
    const { backoffFirstMs, backoffMaxMs, backoffFailedMs } = this.#limits
    if (this.hasFailed) return backoffFailedMs
    return Math.min(backoffMaxMs, backoffFirstMs * 2 ** (this.#recentMs.length - 1))
  }
}
