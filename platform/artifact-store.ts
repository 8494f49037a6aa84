// Content-addressed files on disk: sha256/<two digits>/<64 digits>. Every device keeps what its manifests name in one,
// and so does a control plane that was told of no bucket. Bytes become visible under a digest only after they were
// hashed, counted and synced, so whatever is found here is whole. Three ways in: put() for a stream that comes whole or
// not at all (staged in tmp/ under a name of chance), resume() for a download that goes on where it broke off (staged
// in partial/ under its digest), and uploads in parts (uploads/).
//
// Beside what every store gives (artifacts/artifacts.ts) a folder gives paths, free room and what is half there.

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { open, readdir, readFile, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type ArtifactRef, Digest } from '#contract/digest.ts'
import { ArtifactRefused } from './artifact-refused.ts'
import type { Artifacts, ByteRange, Chunks, Expectation, StoredArtifact } from './artifacts/artifacts.ts'
import { FolderParts } from './artifacts/folder-parts.ts'
import { MeasuredBytes } from './artifacts/measured-bytes.ts'
import { PartialFolder } from './artifacts/partial-folder.ts'
import { noneIfMissing, removeOld, undefinedIfMissing } from './artifacts/remove-old.ts'
import { makeFolder, openFile, remove, renameFile, syncFolder } from './durable-files.ts'
import type { PartialArtifact } from './partial-artifact.ts'

/** Longer than any upload in parts may be left alone (admin/artifacts). */
const STAGED_AGE_MAX_MS = 14 * 24 * 3_600_000

export type { StoredArtifact } from './artifacts/artifacts.ts'

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export class ArtifactStore implements Artifacts {
  readonly parts: FolderParts
  readonly #root: string
  readonly #partials: PartialFolder
  constructor(root: string) {
    this.#root = root
    this.#partials = new PartialFolder(path.join(root, 'partial'))
    this.parts = new FolderParts(path.join(root, 'uploads'), this)
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
    if (digestOf(bytes) !== digest) throw changed(digest)
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

  stream(digest: string, range?: ByteRange): ReadStream {
    return createReadStream(this.path(digest), range)
  }

  async open(ref: ArtifactRef, range?: ByteRange): Promise<Readable> {
    const handle = await open(this.path(ref.digest)).catch(undefinedIfMissing)
    if (!handle)
      throw new ArtifactRefused('missing', `Cannot read artifact "${ref.digest}": it does not exist`)
    const { size } = await handle.stat()
    if (size === ref.sizeBytes) return handle.createReadStream(range)
    await handle.close()
    throw new ArtifactRefused(
      'size-mismatch',
      `Cannot read artifact "${ref.digest}": is ${size} bytes, expected ${ref.sizeBytes}`,
    )
  }

  async withFile<T>(digest: string, use: (file: string) => Promise<T>): Promise<T> {
    const sizeBytes = await this.size(digest)
    if (sizeBytes === undefined)
      throw new ArtifactRefused('missing', `Cannot read artifact "${digest}": it does not exist`)
    if (!(await this.isIntact({ digest, sizeBytes }))) throw changed(digest)
    return use(this.path(digest))
  }

  putBytes(bytes: Uint8Array): Promise<ArtifactRef> {
    return this.put([bytes], { sizeMaxBytes: bytes.length })
  }

  /** Stores a stream under the digest of its bytes, or refuses it and leaves nothing behind. */
  async put(chunks: Chunks, expected: Expectation): Promise<ArtifactRef> {
    const temp = path.join(this.#root, 'tmp', randomUUID())
    await makeFolder(path.dirname(temp))
    const handle = await openFile(temp, 'wx')
    try {
      const measured = new MeasuredBytes(expected)
      for await (const chunk of measured.through(chunks)) await handle.write(chunk)
      const ref = measured.verify()
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
    return this.#partials.resume(ref, {
      isHere: () => this.has(ref),
      fill,
      adopt: (file) => this.#adopt(file, ref.digest),
    })
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
    for (const folder of await readdir(root).catch(noneIfMissing))
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
  partialBytes(digest: string): Promise<number> {
    return this.#partials.sizeBytes(digest)
  }

  /** Unfinished downloads, but for those of `keep`. */
  removePartials(keep: ReadonlySet<string> = new Set()): Promise<void> {
    return this.#partials.removeAll(keep)
  }

  /** Unfinished files of a crashed run, and downloads and uploads that nobody has gone on with for long. */
  async sweep(staleMs = 0): Promise<void> {
    try {
      if (staleMs === 0) await remove(path.join(this.#root, 'tmp'))
      else await removeOld(path.join(this.#root, 'tmp'), staleMs)
      await removeOld(path.join(this.#root, 'uploads'), STAGED_AGE_MAX_MS)
      await this.#partials.removeOld()
    } catch (error) {
      // A card that has turned read-only or full of errors can still be served from: litter stays where it is.
      if (!DISK_ERRORS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
}

const DISK_ERRORS = new Set(['EROFS', 'EIO', 'ENOSPC', 'EACCES', 'EPERM'])

const changed = (digest: string) =>
  new ArtifactRefused('digest-mismatch', `Cannot read artifact "${digest}": its bytes were changed on disk`)
