// Images that have killed two vision processes, by digest: the third one need not die of them. Nothing is hashed
// while there are none. Bounded, since whoever made one can make many.

import { digestOf } from '#platform/artifact-store.ts'

const KILLERS_MAX = 64

export class Killers {
  readonly #digests = new Set<string>()

  has(bytes: Uint8Array): boolean {
    return this.#digests.size > 0 && this.#digests.has(digestOf(bytes))
  }

  add(bytes: Uint8Array): void {
    this.#digests.add(digestOf(bytes))
    const [oldest] = this.#digests
    if (this.#digests.size > KILLERS_MAX && oldest !== undefined) this.#digests.delete(oldest)
  }
}
