// Chunks of any size as parts of one size, of which the last one is known as such: a full part leaves only when
// another byte follows it.

import type { Chunks } from '../artifacts.ts'

export interface GatheredPart {
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** At least one part, which may be empty. */
export async function* inParts(chunks: Chunks, partBytes: number): AsyncGenerator<GatheredPart, undefined> {
  let gathered: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    let rest = chunk
    while (sizeBytes + rest.length > partBytes) {
      const head = rest.subarray(0, partBytes - sizeBytes)
      yield { bytes: Buffer.concat([...gathered, head]), isLast: false }
      rest = rest.subarray(head.length)
      gathered = []
      sizeBytes = 0
    }
    gathered.push(rest)
    sizeBytes += rest.length
  }
  yield { bytes: Buffer.concat(gathered), isLast: true }
}
