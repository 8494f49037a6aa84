// The CLI's way to the control plane: the typed API, artifact uploads, and where to find both. The key is the
// one of the first start, read from TANDEM_HOME, unless TANDEM_API_KEY brings another.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import { ErrorBody } from '#contract/classify.ts'
import type { ArtifactRef } from '#contract/digest.ts'
import type { AdminRouter } from '../api/router.ts'

/** What a person sees when a command cannot do what was asked; anything else is a defect. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

export interface Api {
  readonly trpc: ReturnType<typeof createTRPCClient<AdminRouter>>
  upload(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>
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

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const UNREACHABLE =
  'Cannot reach the control plane: is it running? Start it with `npm start`, or set TANDEM_URL'

const UPLOADS_PARALLEL = 8

export async function openApi(options: {
  url: string
  home: string
  key?: string | undefined
}): Promise<Api> {
  const token = options.key ?? (await readKey(options.home))
  const headers = { authorization: `Bearer ${token}` }
  const put = async (digest: string, bytes: Uint8Array, mediaType: string): Promise<void> => {
    const response = await fetch(`${options.url}/artifacts/${digest}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': mediaType },
      body: bytes,
    }).catch((cause: unknown) => {
      throw new CommandFailed(UNREACHABLE, { cause })
    })
    if (response.ok) return
    const refused = ErrorBody.safeParse(await response.json().catch(() => undefined))
    throw new CommandFailed(
      refused.success
        ? refused.data.error.message
        : `Cannot upload ${digest}: status ${response.status}, expected 201`,
    )
  }
  const trpc = createTRPCClient<AdminRouter>({
    links: [httpBatchLink({ url: `${options.url}/trpc`, headers, maxItems: 10 })],
  })
  return {
    trpc,
    async upload(bytes, mediaType) {
      const digest = sha256(bytes)
      await put(digest, bytes, mediaType)
      return { digest, sizeBytes: bytes.length }
    },
    async capture(digest) {
      const response = await fetch(`${options.url}/captures/${digest}`, { headers }).catch(
        (cause: unknown) => {
          throw new CommandFailed(UNREACHABLE, { cause })
        },
      )
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (response.ok && sha256(bytes) === digest) return bytes
      const refused = response.ok ? undefined : ErrorBody.safeParse(JSON.parse(Buffer.from(bytes).toString()))
      throw new CommandFailed(
        refused?.success
          ? refused.data.error.message
          : `Cannot fetch capture ${digest}: status ${response.status} with other bytes, expected 200`,
      )
    },
    async uploadMissing(files, onProgress) {
      const missing = new Set(await trpc.artifacts.missing.mutate({ digests: files.map((f) => f.digest) }))
      let done = files.length - files.filter((f) => missing.has(f.digest)).length
      onProgress(done)
      const queue = files.filter((f) => missing.has(f.digest))
      const lane = async () => {
        for (let file = queue.shift(); file; file = queue.shift()) {
          await put(file.digest, await readFile(file.path), file.mediaType)
          onProgress(++done)
        }
      }
      await Promise.all(Array.from({ length: UPLOADS_PARALLEL }, lane))
    },
  }
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
