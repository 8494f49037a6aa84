// Parts of uploads as a multipart upload of S3: they belong to no object before the last one is here. They cannot be
// read back before that either, so the object that they make is a staged one (uploads/<id>). It is read and hashed, and
// only then copied, within the server, to the key of its digest.

import type { ArtifactRef } from '#contract/digest.ts'
import { ArtifactRefused } from '../../artifact-refused.ts'
import type { StagedUpload, UploadPart, UploadParts } from '../artifacts.ts'
import { verifiedBytes } from '../verified-bytes.ts'
import { readObject } from './read-object.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** By the protocol, of every part but the last. */
export const PART_MIN_BYTES = 5 * 1024 ** 2

export class S3Parts implements UploadParts {
  readonly place: string
  readonly partMinBytes = PART_MIN_BYTES
  readonly #bucket: S3Bucket
  readonly #prefix: string
  readonly #keyOf: (digest: string) => string

  /** `prefix`: of what is staged; `keyOf`: where artifacts lie. */
  constructor(bucket: S3Bucket, prefix: string, keyOf: (digest: string) => string) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#keyOf = keyOf
    this.place = `${bucket.where}, ${prefix}`
  }

  keyOf(id: string): string {
    return `${this.#prefix}${id}`
  }

  begin(id: string): Promise<string> {
    return this.#bucket.beginMultipart(this.keyOf(id))
  }

  write({ id, name }: StagedUpload, number: number, bytes: Uint8Array): Promise<string> {
    return this.#bucket.putPart(this.keyOf(id), name, number, bytes)
  }

  async assemble(upload: StagedUpload, parts: readonly UploadPart[], ref: ArtifactRef): Promise<void> {
    if ((await this.#bucket.size(this.#keyOf(ref.digest))) !== ref.sizeBytes) {
      await this.complete(upload, parts)
      await this.#verify(upload, ref)
      await this.adopt(upload, ref)
    }
    await this.discard(upload)
  }

  /** Of one that was completed before nothing happens: its parts have gone. */
  complete({ id, name }: StagedUpload, parts: readonly UploadPart[]): Promise<void> {
    const told = parts.map(({ number, tag }) => ({ partNumber: number, etag: tag }))
    return this.#bucket.completeMultipart(this.keyOf(id), name, told)
  }

  async #verify({ id }: StagedUpload, { digest, sizeBytes }: ArtifactRef): Promise<void> {
    const key = this.keyOf(id)
    const found = await this.#bucket.size(key)
    if (found === undefined) throw partsGone(digest)
    if (found !== sizeBytes)
      throw new ArtifactRefused(
        'size-mismatch',
        `Cannot store artifact "${digest}": is ${found} bytes, expected ${sizeBytes}`,
      )
    const wanted = { key, from: 0, to: sizeBytes, sizeBytes }
    for await (const _ of verifiedBytes(readObject(this.#bucket, wanted), digest));
  }

  /** The staged object, of which these are the bytes, becomes the artifact. */
  async adopt({ id }: StagedUpload, { digest, sizeBytes }: ArtifactRef): Promise<void> {
    await this.#bucket.copy(this.keyOf(id), this.#keyOf(digest)).catch((error: { code?: unknown }) => {
      throw error.code === 'not-found' ? partsGone(digest) : error
    })
    const found = await this.#bucket.size(this.#keyOf(digest))
    if (found === sizeBytes) return
    throw new ArtifactRefused(
      'size-mismatch',
      `Cannot store artifact "${digest}": the copy is ${found ?? 'no'} bytes, expected ${sizeBytes}`,
    )
  }

  async discard({ id, name }: StagedUpload): Promise<void> {
    await this.#bucket.abortMultipart(this.keyOf(id), name)
    await this.#bucket.remove(this.keyOf(id))
  }
}

const partsGone = (digest: string) =>
  new ArtifactRefused('missing', `Cannot store artifact "${digest}": its parts have gone`)
