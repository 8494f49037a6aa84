// Content-addressed files on disk: sha256/<two digits>/<64 digits>. The control plane keeps all artifacts in one,
// every device keeps what its manifests name. Bytes become visible under a digest only after they were hashed,
// counted and synced, so whatever is found here is whole. Two ways in: put() for a stream that comes whole or not
// at all (staged in tmp/ under a name of chance), resume() for a download that goes on where it broke off (staged in
// partial/ under its digest).

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { readdir, readFile, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { type ArtifactRef, Digest } from '#contract/digest.ts'
import { ArtifactRefused } from './artifact-refused.ts'
import { makeFolder, type OpenFile, openFile, remove, renameFile, syncFolder } from './durable-files.ts'
import { PartialArtifact } from './partial-artifact.ts'

/** A download that nobody has gone on with for this long is not wanted any more. */
const PARTIAL_AGE_MAX_MS = 7 * 24 * 3_600_000

interface Expectation {
  readonly digest?: string
  readonly sizeBytes?: number
  readonly sizeMaxBytes: number
}

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** An artifact as it lies on disk. */
export interface StoredArtifact extends ArtifactRef {
  readonly storedAtMs: number
}

export class ArtifactStore {
  readonly #root: string
  /** The last download of each digest that is on its way: two of one digest would write into one file. */
  readonly #turns = new Map<string, Promise<unknown>>()
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

  /** As readVerified, a piece at a time: a large model neither fills the memory nor holds up who serves. */
  async isIntact(ref: ArtifactRef): Promise<boolean> {
    if (!(await this.has(ref))) return false
    const hash = createHash('sha256')
    try {
      for await (const chunk of this.stream(ref.digest)) hash.update(chunk as Buffer)
    } catch (error) {
      if (['ENOENT', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
      throw error
    }
    return `sha256:${hash.digest('hex')}` === ref.digest
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
    await makeFolder(path.dirname(temp))
    const handle = await openFile(temp, 'wx')
    try {
      const ref = await receive(chunks, handle, expected)
      await handle.sync()
      await this.#adopt(temp, ref.digest)
      return ref
    } catch (error) {
      await remove(temp).catch(() => undefined)
      throw error
    } finally {
      await handle.close()
    }
  }

  /** `fill` appends what is missing of the artifact; what it leaves unfinished waits for the next time. */
  resume(ref: ArtifactRef, fill: (partial: PartialArtifact) => Promise<void>): Promise<void> {
    const before = this.#turns.get(ref.digest) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.#resume(ref, fill))
    this.#turns.set(ref.digest, turn)
    const end = () => {
      if (this.#turns.get(ref.digest) === turn) this.#turns.delete(ref.digest)
    }
    turn.then(end, end)
    return turn
  }

  async #resume(ref: ArtifactRef, fill: (partial: PartialArtifact) => Promise<void>): Promise<void> {
    if (await this.has(ref)) return
    const partial = await PartialArtifact.open(this.#partialPath(ref.digest), ref)
    try {
      await fill(partial)
      partial.verify()
      await partial.sync()
      await this.#adopt(partial.file, ref.digest)
    } finally {
      await partial.close()
    }
  }

  #partialPath(digest: string): string {
    return path.join(this.#root, 'partial', path.basename(this.path(digest)))
  }

  /** A whole and synced file becomes the artifact. */
  async #adopt(staged: string, digest: string): Promise<void> {
    const file = this.path(digest)
    await makeFolder(path.dirname(file))
    await renameFile(staged, file)
    await syncFolder(path.dirname(file))
  }

  async remove(digest: string): Promise<void> {
    await remove(this.path(digest))
  }

  async *digests(): AsyncGenerator<string> {
    const root = path.join(this.#root, 'sha256')
    for (const folder of await readdir(root).catch(ignoreMissing))
      for (const hex of await readdir(path.join(root, folder))) yield `sha256:${hex}`
  }

  /** What is stored, with how much and since when; what is removed meanwhile is left out. */
  async *entries(): AsyncGenerator<StoredArtifact> {
    for await (const digest of this.digests()) {
      const found = await stat(this.path(digest)).catch(undefinedIfMissing)
      if (found) yield { digest, sizeBytes: found.size, storedAtMs: found.mtimeMs }
    }
  }

  /** Bytes that are free for this process on the disk where the store lies; its folder may not exist yet. */
  async freeBytes(): Promise<number> {
    await makeFolder(this.#root)
    const { bavail, bsize } = await statfs(this.#root)
    return bavail * bsize
  }

  /** How much of a download has come already. */
  async partialBytes(digest: string): Promise<number> {
    return (await stat(this.#partialPath(digest)).catch(undefinedIfMissing))?.size ?? 0
  }

  /** Unfinished downloads, but for those of `keep`. */
  async removePartials(keep: ReadonlySet<string> = new Set()): Promise<void> {
    for (const hex of await readdir(path.join(this.#root, 'partial')).catch(ignoreMissing))
      if (!keep.has(`sha256:${hex}`)) await remove(path.join(this.#root, 'partial', hex))
  }

  /** Unfinished files of a crashed run, and downloads that nobody has gone on with for a week. */
  async sweep(): Promise<void> {
    try {
      await remove(path.join(this.#root, 'tmp'))
      const oldest = Date.now() - PARTIAL_AGE_MAX_MS
      for (const hex of await readdir(path.join(this.#root, 'partial')).catch(ignoreMissing)) {
        const file = path.join(this.#root, 'partial', hex)
        const at = (await stat(file).catch(undefinedIfMissing))?.mtimeMs ?? 0
        if (at < oldest) await remove(file)
      }
    } catch (error) {
      // A card that has turned read-only or full of errors can still be served from: litter stays where it is.
      if (!DISK_ERRORS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
}

const DISK_ERRORS = new Set(['EROFS', 'EIO', 'ENOSPC', 'EACCES', 'EPERM'])

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

async function receive(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: Pick<OpenFile, 'write'>,
  expected: Expectation,
): Promise<ArtifactRef> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    if (sizeBytes > expected.sizeMaxBytes)
      throw new ArtifactRefused('too-large', `Cannot store artifact: is over ${expected.sizeMaxBytes} bytes`)
    hash.update(chunk)
    await sink.write(chunk)
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
