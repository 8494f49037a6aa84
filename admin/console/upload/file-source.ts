// A file that was chosen in the browser, as the client library uploads it: hashed a piece at a time, since it need not fit
// into memory. The digest is computed in script: the browser's own needs the whole file at once, and a page that came by
// https or from localhost, which a control plane on a bench is not.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { UploadSource } from '#admin/client/upload/upload-source.ts'

/** Some 10 ms of hashing between two looks at what the person does. */
const PIECE_BYTES = 2 * 1024 ** 2

export interface ReadOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void
}

/** Rejects with the browser's error where the file is gone or may not be read any more. */
export async function sourceOfFile(file: Blob, options: ReadOptions = {}): Promise<UploadSource> {
  const slice = async (from: number, to: number) => new Uint8Array(await file.slice(from, to).arrayBuffer())
  const hash = sha256.create()
  for (let from = 0; from < file.size; from += PIECE_BYTES) {
    options.signal?.throwIfAborted()
    const piece = await slice(from, Math.min(from + PIECE_BYTES, file.size))
    hash.update(piece)
    options.onProgress?.(from + piece.length, file.size)
  }
  return { ref: { digest: `sha256:${bytesToHex(hash.digest())}`, sizeBytes: file.size }, slice }
}
