// Content-addressed files on disk: sha256/<two digits>/<64 digits>. The control plane keeps all artifacts in one,
// every device keeps what its manifests name. Bytes become visible under a digest only after they were hashed,
// counted and synced, so whatever is found here is whole.

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type ArtifactRef, Digest } from '#contract/digest.ts'
import { syncFolder } from './durable-write.ts'

export class ArtifactRefused extends Error {
  readonly code: 'too-large' | 'digest-mismatch' | 'size-mismatch' | 'missing'
  constructor(code: ArtifactRefused['code'], message: string) {
    super(message)
    this.name = 'ArtifactRefused'
    this.code = code
  }
}

interface Expectation {
  readonly digest?: string
  readonly sizeBytes?: number
  readonly sizeMaxBytes: number
}

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export class ArtifactStore {
  readonly #root: string
  constructor(root: string) {
    this.#root = root
  }

  /** Throws a ZodError for anything that is not a digest: nothing else can become a path. */
  path(digest: string): string {
    const hex = Digest.parse(digest).slice('sha256:'.length)
    return path.join(this.#root, 'sha256', hex.slice(0, 2), hex)
  }

  async size(digest: string): Promise<number | undefined> {
    try {
      return (await stat(this.path(digest))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async has(ref: ArtifactRef): Promise<boolean> {
    return (await this.size(ref.digest)) === ref.sizeBytes
  }

  read(digest: string): Promise<Buffer> {
    return readFile(this.path(digest))
  }

  /** Reads and hashes again: a disk may have lied since the artifact was stored. */
  async readVerified(digest: string): Promise<Buffer> {
    const bytes = await this.read(digest)
    if (digestOf(bytes) !== digest)
      throw new ArtifactRefused(
        'digest-mismatch',
        `Cannot read artifact "${digest}": its bytes were changed on disk`,
      )
    return bytes
  }

  stream(digest: string, range?: { start: number; end: number }): ReadStream {
    return createReadStream(this.path(digest), range)
  }

  putBytes(bytes: Uint8Array): Promise<ArtifactRef> {
    return this.put([bytes], { sizeMaxBytes: bytes.length })
  }

  /** Stores a stream under the digest of its bytes, or refuses it and leaves nothing behind. */
  async put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expected: Expectation,
  ): Promise<ArtifactRef> {
    const temp = path.join(this.#root, 'tmp', randomUUID())
    await mkdir(path.dirname(temp), { recursive: true })
    const handle = await open(temp, 'wx')
    try {
      const ref = await receive(chunks, handle, expected)
      await handle.sync()
      const file = this.path(ref.digest)
      const made = await mkdir(path.dirname(file), { recursive: true })
      await rename(temp, file)
      await syncFolder(path.dirname(file))
      // A new folder is itself an entry that a power cut may take.
      if (made !== undefined) await syncFolder(path.dirname(path.dirname(file)))
      return ref
    } catch (error) {
      await rm(temp, { force: true })
      throw error
    } finally {
      await handle.close()
    }
  }

  async remove(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true })
  }

  async *digests(): AsyncGenerator<string> {
    const root = path.join(this.#root, 'sha256')
    for (const folder of await readdir(root).catch(ignoreMissing))
      for (const hex of await readdir(path.join(root, folder))) yield `sha256:${hex}`
  }

  /** Unfinished files of a crashed run. */
  async sweep(): Promise<void> {
    await rm(path.join(this.#root, 'tmp'), { recursive: true, force: true })
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

async function receive(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: { writeFile(data: Uint8Array): Promise<void> },
  expected: Expectation,
): Promise<ArtifactRef> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    if (sizeBytes > expected.sizeMaxBytes)
      throw new ArtifactRefused('too-large', `Cannot store artifact: is over ${expected.sizeMaxBytes} bytes`)
    hash.update(chunk)
    // writeFile on an open handle appends at its position and, unlike write, never writes short.
    await sink.writeFile(chunk)
  }
  const digest = `sha256:${hash.digest('hex')}`
  if (expected.digest !== undefined && expected.digest !== digest)
    throw new ArtifactRefused(
      'digest-mismatch',
      `Cannot store artifact "${expected.digest}": bytes are ${digest}`,
    )
  if (expected.sizeBytes !== undefined && expected.sizeBytes !== sizeBytes)
    throw new ArtifactRefused(
      'size-mismatch',
      `Cannot store artifact "${digest}": is ${sizeBytes} bytes, expected ${expected.sizeBytes}`,
    )
  return { digest, sizeBytes }
}
