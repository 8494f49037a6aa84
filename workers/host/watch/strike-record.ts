// The last answers of one running function, usable or not. A function that turns and answers pings, but whose
// answers are of no use, is found by them alone.

export class StrikeRecord {
  readonly #of: number
  readonly #max: number
  #last: boolean[] = []

  constructor({ strikesMax, strikesOf }: { strikesMax: number; strikesOf: number }) {
    this.#max = strikesMax
    this.#of = strikesOf
  }

  /** True once too many of the last answers were unusable. */
  add(wasUsable: boolean): boolean {
    this.#last.push(wasUsable)
    if (this.#last.length > this.#of) this.#last.shift()
    return this.strikes >= this.#max
  }

  get strikes(): number {
    return this.#last.filter((wasUsable) => !wasUsable).length
  }
}
