// What is uploaded, a piece at a time: bytes that are here, or a file that need not fit into memory.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { ArtifactRef } from '#contract/digest.ts'

export interface UploadSource {
  readonly ref: ArtifactRef
  /** Up to but without `to`. */
  slice(from: number, to: number): Promise<Uint8Array>
}

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const sourceOfBytes = (bytes: Uint8Array): UploadSource => ({
  ref: { digest: sha256(bytes), sizeBytes: bytes.length },
  slice: async (from, to) => bytes.subarray(from, to),
})

/** Throws the error of the file system where it cannot be read. */
export async function sourceOfFile(file: string): Promise<UploadSource> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer)
    sizeBytes += (chunk as Buffer).length
  }
  return { ref: { digest: `sha256:${hash.digest('hex')}`, sizeBytes }, slice: sliceOf(file) }
}

const sliceOf = (file: string) => async (from: number, to: number) => {
  const handle = await open(file)
  try {
    const bytes = Buffer.alloc(to - from)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled)
      // Shorter than it was: what is sent then has another digest, and is refused for it.
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await handle.close()
  }
}
