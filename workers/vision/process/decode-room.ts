// How much memory decoded images may take at a time. A front door lets eight requests in; eight images of 24
// megapixels at once would be 600 MB, which is what a vision process is killed for. So who decodes asks for room
// first, by the header's word, and gives it back when the request is over. One image alone always has room.

interface Waiting {
  readonly bytes: number
  readonly enter: () => void
}

export class DecodeRoom {
  readonly #maxBytes: number
  readonly #waiting: Waiting[] = []
  #takenBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** In the order of asking. */
  take(bytes: number): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ bytes, enter })
      this.#admit()
    })
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes
    this.#admit()
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#takenBytes > 0 && this.#takenBytes + next.bytes > this.#maxBytes) return
      this.#waiting.shift()
      this.#takenBytes += next.bytes
      next.enter()
    }
  }
}
