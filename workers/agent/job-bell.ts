// By what a device learns that a job waits for it. The long poll for its manifest tells, where the control plane can
// (an older one cannot) and while such a poll is open; else the device asks every second. So an idle device asks for
// nothing but its manifest, and a job still begins within a second.
//
// Only an idle device lets itself be told: one that works asks by itself when it is done, and a poll that was told of
// the job at hand would end at once, again and again.

import type { JobsSaid } from '#contract/device-api.ts'

const ASK_EVERY_MS = 1_000

export class JobBell {
  #ring: (() => void) | undefined
  /** Whether the last poll that was to tell of jobs did so. */
  #isTold = false
  #isCovered = false
  readonly #askEveryMs: number

  constructor(askEveryMs = ASK_EVERY_MS) {
    this.#askEveryMs = askEveryMs
  }

  /** Opens a poll; with `true` its answer is to tell of jobs. */
  async during<T extends { readonly jobs: JobsSaid | undefined }>(
    poll: (tellJobs: boolean) => Promise<T>,
  ): Promise<T> {
    const tellJobs = this.#ring !== undefined
    this.#isCovered = tellJobs && this.#isTold
    try {
      const answer = await poll(tellJobs)
      if (tellJobs) this.#isTold = answer.jobs !== undefined
      if (answer.jobs === 'waiting') this.#ring?.()
      return answer
    } finally {
      this.#isCovered = false
    }
  }

  /** After the answer that there is no job: until it is worth asking again. */
  async quiet(signal: AbortSignal): Promise<void> {
    let isRung = false
    let wake = () => {}
    this.#ring = () => {
      this.#ring = undefined
      isRung = true
      wake()
    }
    try {
      do {
        // A promise for each second: one for all of them would gather what hangs on it for as long as nothing happens.
        await aWhile(this.#askEveryMs, signal, (early) => {
          wake = early
        })
      } while (!isRung && this.#isCovered)
    } finally {
      this.#ring = undefined
    }
  }
}

/** Rejects when `signal` does; over at once when what `onBegun` was given is called. */
function aWhile(ms: number, signal: AbortSignal, onBegun: (early: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve()
    }
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(end, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    onBegun(end)
  })
}
