// Who goes together and who goes alone. When a vision process dies, one of the images that it had is to blame, and
// the others are not: each is tried again by itself, one after the other, so that the next death has one cause. Who
// comes meanwhile waits.

export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #alone = 0

  /** Whether somebody is alone, or is about to be. */
  get isTaken(): boolean {
    return this.#alone > 0
  }

  /** Resolves when nobody is alone; what follows at once goes together with others. */
  async together(): Promise<void> {
    while (this.#alone > 0) await this.#last
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#alone++
    const turn = this.#last.then(work).finally(() => {
      this.#alone--
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
