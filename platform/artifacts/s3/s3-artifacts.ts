// Artifacts in a bucket: <prefix>sha256/<two digits>/<64 digits>. Bytes are hashed by us before they are written under
// their digest: small ones are held until they are whole, large ones go up in parts to a staged object first. What a
// folder would give without asking (downloads that go on, a file for a program) lies in a local folder meanwhile.

import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { type ArtifactRef, Digest } from '#contract/digest.ts'
import { ArtifactRefused } from '../../artifact-refused.ts'
import { makeFolder, openFile } from '../../durable-files.ts'
import type { PartialArtifact } from '../../partial-artifact.ts'
import type { Artifacts, ByteRange, Chunks, Expectation, StoredArtifact } from '../artifacts.ts'
import { MeasuredBytes } from '../measured-bytes.ts'
import { PartialFolder } from '../partial-folder.ts'
import { removeOld } from '../remove-old.ts'
import { verifiedBytes } from '../verified-bytes.ts'
import { inParts } from './in-parts.ts'
import { readObject } from './read-object.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { S3Parts } from './s3-parts.ts'

/** Held in memory, once for each upload under way. 1 GiB is 128 of them; servers take 10,000. */
const PART_BYTES = 8 * 1024 ** 2
/** Longer than any upload in parts may be left alone (admin/artifacts). */
const STAGED_AGE_MAX_MS = 14 * 24 * 3_600_000

export interface S3Place {
  readonly bucket: S3Bucket
  /** Of all keys of this store: empty, or ends with a slash. */
  readonly prefix: string
  /** For what is on its way on this machine. */
  readonly folder: string
}

export class S3Artifacts implements Artifacts {
  readonly parts: S3Parts
  readonly #bucket: S3Bucket
  readonly #prefix: string
  readonly #folder: string
  readonly #partials: PartialFolder

  constructor({ bucket, prefix, folder }: S3Place) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#folder = folder
    this.#partials = new PartialFolder(path.join(folder, 'partial'))
    this.parts = new S3Parts(bucket, `${prefix}uploads/`, (digest) => this.key(digest))
  }

  /** Throws a ZodError for anything that is not a digest: nothing else can become a key. */
  key(digest: string): string {
    const hex = Digest.parse(digest).slice('sha256:'.length)
    return `${this.#prefix}sha256/${hex.slice(0, 2)}/${hex}`
  }

  async size(digest: string): Promise<number | undefined> {
    return this.#bucket.size(this.key(digest))
  }

  async has(ref: ArtifactRef): Promise<boolean> {
    return (await this.size(ref.digest)) === ref.sizeBytes
  }

  async open(ref: ArtifactRef, range?: ByteRange): Promise<Readable> {
    if (ref.sizeBytes === 0) {
      if (await this.has(ref)) return Readable.from([])
      throw missing(ref.digest)
    }
    const chunks = this.#bytes(ref, range)
    // Asked for before it is promised: what is not there is told as an error, not as a body that breaks off.
    const first = await chunks.next().catch(notFoundIsMissing(ref.digest))
    return readableOf(first, chunks)
  }

  #bytes({ digest, sizeBytes }: ArtifactRef, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
    return readObject(this.#bucket, {
      key: this.key(digest),
      from: start,
      to: Math.min(end + 1, sizeBytes),
      sizeBytes,
    })
  }

  async readVerified(digest: string): Promise<Buffer> {
    const chunks: Uint8Array[] = []
    for await (const chunk of verifiedBytes(this.#bytes(await this.#ref(digest)), digest)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async #ref(digest: string): Promise<ArtifactRef> {
    const sizeBytes = await this.size(digest)
    if (sizeBytes === undefined) throw missing(digest)
    return { digest, sizeBytes }
  }

  async isIntact(ref: ArtifactRef): Promise<boolean> {
    if (!(await this.has(ref))) return false
    try {
      for await (const _ of verifiedBytes(this.#bytes(ref), ref.digest));
      return true
    } catch (error) {
      if (error instanceof ArtifactRefused) return false
      throw error
    }
  }

  async withFile<T>(digest: string, use: (file: string) => Promise<T>): Promise<T> {
    const file = path.join(this.#folder, 'tmp', randomUUID())
    const ref = await this.#ref(digest)
    await makeFolder(path.dirname(file))
    const handle = await openFile(file, 'wx')
    try {
      for await (const chunk of verifiedBytes(this.#bytes(ref), digest)) await handle.write(chunk)
      await handle.close()
      return await use(file)
    } finally {
      await handle.close()
      await rm(file, { force: true })
    }
  }

  putBytes(bytes: Uint8Array): Promise<ArtifactRef> {
    return this.put([bytes], { sizeMaxBytes: bytes.length })
  }

  async put(chunks: Chunks, expected: Expectation): Promise<ArtifactRef> {
    const measured = new MeasuredBytes(expected)
    const parts = inParts(measured.through(chunks), PART_BYTES)
    const first = (await parts.next()).value!
    if (!first.isLast) return this.#putParts(first.bytes, parts, measured)
    const ref = measured.verify()
    const key = this.key(ref.digest)
    // What lies there under that name is not overwritten, unless it is cut short.
    if ((await this.#bucket.putNew(key, first.bytes)) === 'present' && !(await this.has(ref)))
      await this.#bucket.put(key, first.bytes)
    return ref
  }

  async #putParts(first: Buffer, others: ReturnType<typeof inParts>, measured: MeasuredBytes) {
    const id = randomUUID()
    const upload = { id, name: await this.parts.begin(id) }
    try {
      const parts = [{ number: 1, sizeBytes: first.length, tag: await this.parts.write(upload, 1, first) }]
      for await (const { bytes } of others) {
        const number = parts.length + 1
        parts.push({ number, sizeBytes: bytes.length, tag: await this.parts.write(upload, number, bytes) })
      }
      const ref = measured.verify()
      await this.parts.complete(upload, parts)
      await this.parts.adopt(upload, ref)
      return ref
    } finally {
      await others.return(undefined)
      // What cannot be taken away now is litter of a known name, which sweep() takes.
      await this.parts.discard(upload).catch(() => undefined)
    }
  }

  resume(ref: ArtifactRef, fill: (partial: PartialArtifact) => Promise<void>): Promise<void> {
    return this.#partials.resume(ref, {
      isHere: () => this.has(ref),
      fill,
      adopt: async (file) => {
        await this.put(createReadStream(file), { ...ref, sizeMaxBytes: ref.sizeBytes })
        await rm(file)
      },
    })
  }

  partialBytes(digest: string): Promise<number> {
    return this.#partials.sizeBytes(digest)
  }

  remove(digest: string): Promise<void> {
    return this.#bucket.remove(this.key(digest))
  }

  async *entries(): AsyncGenerator<StoredArtifact> {
    for await (const { key, ...entry } of this.#bucket.list(`${this.#prefix}sha256/`)) {
      const digest = `sha256:${path.posix.basename(key)}`
      if (Digest.safeParse(digest).success && this.key(digest) === key) yield { digest, ...entry }
    }
  }

  async sweep(staleMs = 0): Promise<void> {
    await removeOld(path.join(this.#folder, 'tmp'), staleMs)
    await this.#partials.removeOld()
    const oldestMs = Date.now() - STAGED_AGE_MAX_MS
    const staged = `${this.#prefix}uploads/`
    for await (const { key, storedAtMs } of this.#bucket.list(staged))
      if (storedAtMs < oldestMs) await this.#bucket.remove(key)
    for (const { key, uploadId, begunAtMs } of await this.#bucket.openUploads(staged))
      if (begunAtMs < oldestMs) await this.#bucket.abortMultipart(key, uploadId)
  }
}

/** Lets the transfer go when it is destroyed, also before anything was read of it. */
function readableOf(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>): Readable {
  const begun = Promise.resolve(first)
  let isBegun = false
  return new Readable({
    read() {
      const next = isBegun ? rest.next() : begun
      isBegun = true
      next.then(
        ({ done, value }) => void this.push(done ? null : value),
        (error: Error) => void this.destroy(error),
      )
    },
    destroy(error, done) {
      rest.return(undefined).then(() => done(error), done)
    },
  })
}

const missing = (digest: string) =>
  new ArtifactRefused('missing', `Cannot read artifact "${digest}": it does not exist`)

const notFoundIsMissing = (digest: string) => (error: { code?: unknown }) => {
  throw error.code === 'not-found' ? missing(digest) : error
}
