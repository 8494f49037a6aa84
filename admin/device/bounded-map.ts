// A memory that cannot grow without end: over its limit it forgets what was not asked for the longest. While it is not
// half full nothing is forgotten soon, and who was asked for when is not kept: that would be half of what a look costs.

export class BoundedMap<K, V> {
  readonly #sizeMax: number
  /** In the order of use: a Map keeps the order in which keys came. */
  readonly #entries = new Map<K, V>()

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined && this.#entries.size * 2 > this.#sizeMax) this.set(key, value)
    return value
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#sizeMax) this.#entries.delete(this.#entries.keys().next().value!)
  }
}
