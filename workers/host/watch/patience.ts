// How long a request waits for a function. A function that waits for the host (an inference, the edge) is not
// slow; one that has nothing to wait for and says nothing is. So only that time counts, in ticks of one timer
// for all requests: while the host's own event loop stands still for an inference, no tick passes, and nobody
// is blamed for it.

import { FunctionFailed } from '../function-failed.ts'

const TICK_MS = 50

export interface PatienceLimits {
  readonly idleMaxMs: number
  readonly totalMaxMs: number
}

interface Waiting {
  readonly handle: string
  readonly controller: AbortController
  idleMs: number
  totalMs: number
}

export class Patience {
  readonly #limits: PatienceLimits
  readonly #isBusy: (handle: string) => boolean
  readonly #waiting = new Set<Waiting>()
  #timer: NodeJS.Timeout | undefined

  /** `isBusy`: whether the host is at work for this image right now. */
  constructor(limits: PatienceLimits, isBusy: (handle: string) => boolean) {
    this.#limits = limits
    this.#isBusy = isBusy
  }

  /** The signal is aborted with a `FunctionFailed` of code `timeout` when patience ends. */
  async wait<T>(handle: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const waiting = { handle, controller: new AbortController(), idleMs: 0, totalMs: 0 }
    this.#waiting.add(waiting)
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref()
    try {
      return await work(waiting.controller.signal)
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  #tick(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    for (const waiting of this.#waiting) {
      waiting.totalMs += TICK_MS
      waiting.idleMs = this.#isBusy(waiting.handle) ? 0 : waiting.idleMs + TICK_MS
      const { idleMaxMs, totalMaxMs } = this.#limits
      if (waiting.idleMs >= idleMaxMs) waiting.controller.abort(late(idleMaxMs, 'by itself'))
      else if (waiting.totalMs >= totalMaxMs) waiting.controller.abort(late(totalMaxMs, 'in all'))
    }
  }
}

const late = (ms: number, how: string) =>
  new FunctionFailed(
    'timeout',
    `Cannot classify by function: has taken ${ms} ms ${how}, expected an answer before`,
  )
