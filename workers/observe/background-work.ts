// Work that nobody waits for: one piece at a time, and few that wait. What does not fit is dropped and counted, since a
// device that is busy with clients must not fill its memory with images that they have done with.

interface Limits {
  readonly waitingMax: number
  /** Of the images that wait or are in work. */
  readonly sizeMaxBytes: number
}

export class BackgroundWork implements AsyncDisposable {
  readonly #limits: Limits
  readonly #onError: (error: unknown) => void
  #count = 0
  #sizeBytes = 0
  #last: Promise<void> = Promise.resolve()
  #isClosed = false
  dropped = 0

  constructor(limits: Limits, onError: (error: unknown) => void) {
    this.#limits = limits
    this.#onError = onError
  }

  offer(sizeBytes: number, work: () => Promise<void>): void {
    const isFull =
      this.#count > this.#limits.waitingMax || this.#sizeBytes + sizeBytes > this.#limits.sizeMaxBytes
    if (isFull || this.#isClosed) {
      this.dropped++
      return
    }
    this.#count++
    this.#sizeBytes += sizeBytes
    this.#last = this.#last.then(async () => {
      try {
        if (!this.#isClosed) await work()
      } catch (error) {
        this.#onError(error)
      } finally {
        this.#count--
        this.#sizeBytes -= sizeBytes
      }
    })
  }

  /** Lets the piece in work end; what waits is not begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#last
  }
}
