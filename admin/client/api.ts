// The CLI's way to the control plane: the typed API, artifact uploads, and where to find both. The key is the
// one of the first start, read from TANDEM_HOME, unless TANDEM_API_KEY brings another.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { TRPCClientError } from '@trpc/client'
import type { ArtifactRef } from '#contract/digest.ts'
import { openLink, type Trpc } from './link/open-link.ts'
import { type Line, refusalOf, send, UNREACHABLE, type UploadOptions, upload } from './upload/upload.ts'
import { sha256, sourceOfBytes, sourceOfFile } from './upload/upload-source.ts'

/** What a person sees when a command cannot do what was asked; anything else is a defect. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

export interface Api {
  readonly trpc: Trpc
  upload(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>
  /** Of a file of any size; throws the error of the file system where it cannot be read. */
  uploadFile(file: string, options: UploadOptions): Promise<ArtifactRef>
  /** The bytes of an artifact, hashed. */
  artifact(digest: string): Promise<Uint8Array>
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
    artifact: (digest) => fetchBytes(line, `/artifacts/${digest}`, digest),
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

async function fetchBytes(line: Line, pathname: string, digest: string): Promise<Uint8Array> {
  const response = await send(line, pathname)
  if (!response.ok) throw await refusalOf(response, digest)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (sha256(bytes) === digest) return bytes
  throw new CommandFailed(`Cannot fetch ${digest}: other bytes came, expected those of that digest`)
}

async function readKey(home: string): Promise<string> {
  const file = path.join(home, 'admin.key')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new CommandFailed(
      `Cannot read the admin key "${file}": expected a started control plane, TANDEM_HOME or TANDEM_API_KEY`,
      { cause },
    )
  }
}

/** The sentence for a person behind whatever a call threw, or undefined where it is a defect. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof CommandFailed) return error.message
  if (!(error instanceof TRPCClientError)) return undefined
  return error.shape === undefined ? UNREACHABLE : error.message
}
