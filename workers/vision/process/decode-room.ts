// How much memory decoded images may take at a time. A front door lets eight requests in; eight images of 24
// megapixels at once would be 600 MB, which is what a vision process is killed for. So who decodes asks for room
// first, by the header's word, and gives it back when the request is over. One image alone always has room; and who
// holds some gets more at once, above the bound: holders that waited for each other would wait for ever.

interface Waiting {
  readonly bytes: number
  readonly enter: () => void
  readonly isHolder: () => boolean
}

export class DecodeRoom {
  readonly #maxBytes: number
  readonly #waiting: Waiting[] = []
  #takenBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** In the order of asking; `isHolder` when its turn comes. */
  take(bytes: number, isHolder: () => boolean = () => false): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ bytes, enter, isHolder })
      this.#admit()
    })
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes
    this.#admit()
  }

  #admit(): void {
    for (const holder of this.#waiting.filter(({ isHolder }) => isHolder())) this.#enter(holder)
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#takenBytes > 0 && this.#takenBytes + next.bytes > this.#maxBytes) return
      this.#enter(next)
    }
  }
  #enter(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    this.#takenBytes += waiting.bytes
    waiting.enter()
  }
}
