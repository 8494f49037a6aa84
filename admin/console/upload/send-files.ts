// Files from the browser to the control plane, as the CLI sends them: hashed first, then only what is not there yet. So
// whoever cancels, or loses the line, chooses the same files again and goes on where it ended.

import { upload } from '#admin/client/upload/upload.ts'
import type { UploadSource } from '#admin/client/upload/upload-source.ts'
import { client } from '../app/trpc.ts'
import { sourceOfFile } from './file-source.ts'

const LINE = { url: '', headers: {} }
/** The least that a bucket takes: as often as that the bar moves. */
const APPEND_BYTES = 5 * 1024 ** 2
/** A browser opens six connections to one origin, and one may be a stream. */
const LANES = 4

export interface Sent {
  readonly step: 'reading' | 'sending'
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface SendOptions {
  readonly signal: AbortSignal
  readonly onProgress: (sent: Sent) => void
}

/** The digest of the file, which is then at the control plane. */
export async function sendFile(file: Blob, { signal, onProgress }: SendOptions): Promise<string> {
  const told = (step: Sent['step']) => (doneBytes: number, totalBytes: number) =>
    onProgress({ step, doneBytes, totalBytes })
  const source = await sourceOfFile(file, { signal, onProgress: told('reading') })
  told('sending')(0, file.size)
  const mediaType = file.type || 'application/octet-stream'
  await upload(LINE, source, {
    mediaType,
    signal,
    appendBytes: APPEND_BYTES,
    onProgress: told('sending'),
  })
  return source.ref.digest
}

export const sendJson = (value: unknown, options: SendOptions): Promise<string> =>
  sendFile(new Blob([JSON.stringify(value)], { type: 'application/json' }), options)

export interface NamedFile {
  readonly path: string
  readonly file: File
}

export interface Read extends NamedFile {
  readonly source: UploadSource
}

export async function readAll(files: readonly NamedFile[], options: SendOptions): Promise<Read[]> {
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const all: Read[] = []
  let doneBytes = 0
  for (const one of files) {
    all.push({
      ...one,
      source: await sourceOfFile(one.file, options.signal ? { signal: options.signal } : {}),
    })
    doneBytes += one.file.size
    options.onProgress({ step: 'reading', doneBytes, totalBytes })
  }
  return all
}

/** Those that the control plane lacks, some at a time. */
export async function sendMissing(
  files: readonly Read[],
  { signal, onProgress }: SendOptions,
): Promise<void> {
  const digests = files.map(({ source }) => source.ref.digest)
  const missing = new Set(await client.artifacts.missing.mutate({ digests }, { signal }))
  const queue = files.filter(({ source }) => missing.has(source.ref.digest))
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  let doneBytes = totalBytes - queue.reduce((sum, { file }) => sum + file.size, 0)
  onProgress({ step: 'sending', doneBytes, totalBytes })
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const mediaType = next.file.type || 'application/octet-stream'
      await upload(LINE, next.source, { mediaType, signal, appendBytes: APPEND_BYTES })
      doneBytes += next.file.size
      onProgress({ step: 'sending', doneBytes, totalBytes })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
