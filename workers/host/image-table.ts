// The images that functions may name at this moment. A function gets a handle, never the bytes; the handle is
// unguessable, so that a function can only reach the image of the request that it is answering.

import { randomUUID } from 'node:crypto'
import type { ImageEntry } from '#vision/image-entry.ts'

export class ImageTable {
  readonly #entries = new Map<string, ImageEntry>()

  /** The handle. The caller deletes it when the request is answered, however it ends. */
  add(entry: ImageEntry): string {
    const handle = randomUUID()
    this.#entries.set(handle, entry)
    return handle
  }

  get(handle: string): ImageEntry | undefined {
    return this.#entries.get(handle)
  }

  delete(handle: string): void {
    this.#entries.delete(handle)
  }

  get size(): number {
    return this.#entries.size
  }
}
