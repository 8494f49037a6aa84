// The CLI's way to the control plane: the typed API, artifact uploads, and where to find both. The key is the
// one of the first start, read from TANDEM_HOME, unless TANDEM_API_KEY brings another.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { TRPCClientError } from '@trpc/client'
import type { ArtifactRef } from '#contract/digest.ts'
import { CommandFailed, type FailureReason } from './command-failed.ts'
import { openLink, type Trpc } from './link/open-link.ts'
import { unreachable } from './link/unreachable.ts'
import { type Line, refusalOf, send, type UploadOptions, upload } from './upload/upload.ts'
import { sha256, sourceOfBytes, sourceOfFile } from './upload/upload-source.ts'

export { CommandFailed }

export interface Api {
  readonly trpc: Trpc
  upload(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>
  /** Of a file of any size; throws the error of the file system where it cannot be read. */
  uploadFile(file: string, options: UploadOptions): Promise<ArtifactRef>
  /** The bytes of an artifact, hashed. */
  artifact(digest: string, onProgress?: (doneBytes: number) => void): Promise<Uint8Array>
  /** The bytes of a captured image. */
  capture(digest: string): Promise<Uint8Array>
  /** Uploads those that the control plane lacks. */
  uploadMissing(files: readonly UploadFile[], onProgress: (done: number) => void): Promise<void>
}

export interface UploadFile {
  readonly digest: string
  readonly path: string
  readonly mediaType: string
}

const UPLOADS_PARALLEL = 8

export async function openApi(options: {
  url: string
  home: string
  key?: string | undefined
}): Promise<Api> {
  const token = options.key ?? (await readKey(options.home))
  const headers = { authorization: `Bearer ${token}` }
  const line = { url: options.url, headers }
  const trpc = openLink({ url: options.url, headers })
  return {
    trpc,
    async upload(bytes, mediaType) {
      const source = sourceOfBytes(bytes)
      await upload(line, source, { mediaType })
      return source.ref
    },
    async uploadFile(file, uploadOptions) {
      const source = await sourceOfFile(file)
      await upload(line, source, uploadOptions)
      return source.ref
    },
    capture: (digest) => fetchBytes(line, `/captures/${digest}`, digest),
    artifact: (digest, onProgress) => fetchBytes(line, `/artifacts/${digest}`, digest, onProgress),
    async uploadMissing(files, onProgress) {
      const missing = new Set(await trpc.artifacts.missing.mutate({ digests: files.map((f) => f.digest) }))
      let done = files.length - files.filter((f) => missing.has(f.digest)).length
      onProgress(done)
      const queue = files.filter((f) => missing.has(f.digest))
      const lane = async () => {
        for (let file = queue.shift(); file; file = queue.shift()) {
          await upload(line, await sourceOfFile(file.path), file)
          onProgress(++done)
        }
      }
      await Promise.all(Array.from({ length: UPLOADS_PARALLEL }, lane))
    },
  }
}

async function fetchBytes(
  line: Line,
  pathname: string,
  digest: string,
  onProgress?: (doneBytes: number) => void,
): Promise<Uint8Array> {
  const response = await send(line, pathname)
  if (!response.ok) throw await refusalOf(response, digest)
  const bytes = await readAll(response, onProgress).catch((cause: unknown) => {
    throw unreachable(line.url, cause)
  })
  if (sha256(bytes) === digest) return bytes
  throw new CommandFailed(`Cannot fetch ${digest}: other bytes came, expected those of that digest`)
}

async function readAll(response: Response, onProgress?: (doneBytes: number) => void): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let doneBytes = 0
  for await (const piece of response.body ?? []) {
    pieces.push(piece)
    doneBytes += piece.length
    onProgress?.(doneBytes)
  }
  return Buffer.concat(pieces)
}

async function readKey(home: string): Promise<string> {
  const file = path.join(home, 'admin.key')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new CommandFailed(
      `Cannot read the admin key "${file}": expected a started control plane, TANDEM_HOME or TANDEM_API_KEY`,
      { cause, reason: 'not-allowed' },
    )
  }
}

export interface Failure {
  readonly sentence: string
  readonly reason: FailureReason
}

const REASONS: Readonly<Record<string, FailureReason>> = {
  UNAUTHORIZED: 'not-allowed',
  FORBIDDEN: 'not-allowed',
  NOT_FOUND: 'not-found',
}

/** What a person is told of whatever a call threw, or undefined where it is a defect. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommandFailed) return { sentence: error.message, reason: error.reason }
  if (!(error instanceof TRPCClientError)) return undefined
  if (error.cause instanceof CommandFailed) return failureOf(error.cause)
  const reason = REASONS[(error.data as { code?: string } | undefined)?.code ?? '']
  return { sentence: error.message, reason: reason ?? 'failed' }
}

export const sentenceOf = (error: unknown): string | undefined => failureOf(error)?.sentence
