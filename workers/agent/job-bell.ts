// By what a device learns that a job waits for it. The long poll for its manifest tells, where the control plane can
// (an older one cannot) and while such a poll is open; else the device asks every second. So an idle device asks for
// nothing but its manifest, and a job still begins within a second.
//
// Only an idle device lets itself be told: one that works asks by itself when it is done, and a poll that was told of
// the job at hand would end at once, again and again.

import { setTimeout as sleep } from 'node:timers/promises'
import type { JobsSaid } from '#contract/device-api.ts'

const ASK_EVERY_MS = 1_000

export class JobBell {
  #ring: (() => void) | undefined
  /** Whether the last poll that was to tell of jobs did so. */
  #isTold = false
  #isCovered = false

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
    const rung = new Promise<boolean>((resolve) => {
      this.#ring = () => {
        this.#ring = undefined
        resolve(true)
      }
    })
    try {
      const aSecond = () => sleep(ASK_EVERY_MS, false, { signal })
      while (!(await Promise.race([rung, aSecond()])) && this.#isCovered);
    } finally {
      this.#ring = undefined
    }
  }
}
