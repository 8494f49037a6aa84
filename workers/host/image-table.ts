// The images that functions may name at this moment. A function gets a handle, never the bytes; the handle is
// unguessable, so that a function can only reach the image of the request that it is answering. The table also
// knows for which of them the host is at work: a function that waits for the host is not slow.

import { randomUUID } from 'node:crypto'
import { OWN_REQUEST, type RequestContext, type ServedImage } from '../serve/request-context.ts'

/** What a handle stands for: its bytes as they came; vision knows it by identity and keeps its pixels. */
export interface TableEntry extends ServedImage {
  /** How often it was sent to an edge for its answer, by the host's own count: functions are not asked. */
  uploads: number
}

export const tableEntry = (bytes: Uint8Array, context: RequestContext = OWN_REQUEST): TableEntry => ({
  bytes,
  context,
  uploads: 0,
})

interface Row {
  readonly entry: TableEntry
  calls: number
}

export class ImageTable {
  readonly #rows = new Map<string, Row>()

  /** The handle. The caller deletes it when the request is answered, however it ends. */
  add(entry: TableEntry): string {
    const handle = randomUUID()
    this.#rows.set(handle, { entry, calls: 0 })
    return handle
  }

  /** Undefined where there is no such image; else what `work` makes of it, at work meanwhile. */
  during<T>(handle: string, work: (entry: TableEntry) => Promise<T>): Promise<T> | undefined {
    const row = this.#rows.get(handle)
    if (!row) return undefined
    row.calls++
    return work(row.entry).finally(() => {
      row.calls--
    })
  }

  isBusy(handle: string): boolean {
    return (this.#rows.get(handle)?.calls ?? 0) > 0
  }

  delete(handle: string): void {
    this.#rows.delete(handle)
  }

  get size(): number {
    return this.#rows.size
  }
}
