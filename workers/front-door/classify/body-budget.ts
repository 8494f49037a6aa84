// How much of all requests' bodies may be in memory at once. Each has its own cap, but many of the largest at a time
// would still be more than a board has: what does not fit is told to come back, and costs nobody else an answer.

import { RequestRefused } from '../request-refused.ts'

/** Notes bytes as they arrive; refuses with `busy` where they do not fit any more. */
export type TakeBytes = (bytes: number) => void

export class BodyBudget {
  readonly #sizeMaxBytes: number
  #leftBytes: number

  constructor(sizeMaxBytes: number) {
    this.#sizeMaxBytes = sizeMaxBytes
    this.#leftBytes = sizeMaxBytes
  }

  /** What `work` takes is given back when it ends, however it ends. */
  async during<T>(work: (take: TakeBytes) => Promise<T>): Promise<T> {
    let held = 0
    try {
      return await work((bytes) => {
        if (bytes > this.#leftBytes)
          throw new RequestRefused(
            'busy',
            `Cannot read image: images in work take ${this.#sizeMaxBytes} bytes, try again soon`,
          )
        held += bytes
        this.#leftBytes -= bytes
      })
    } finally {
      this.#leftBytes += held
    }
  }
}
