// One bucket of an S3-compatible server, by s3mini: every call is asked again a few times where the server or the line
// had a bad moment, and ends in an ArtifactStoreFailed where that does not help. Bodies carry their MD5, which servers
// check before they keep them; signatures do not cover them.
//
// Addressed by path (endpoint/bucket/key): that is what every server understands, AWS among them.

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AWSHeaders, S3mini, type UploadPart } from 's3mini'
import { ArtifactStoreFailed } from '../artifact-store-failed.ts'
import { type OpenUpload, readOpenUploads } from './open-uploads.ts'
import { s3FailureOf } from './s3-failure.ts'
import { openS3Line } from './s3-fetch.ts'

export interface S3Settings {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Before every key; empty, or ends with a slash. */
  readonly prefix: string
  /** How long the server may say nothing. */
  readonly silenceMaxMs?: number
}

export interface S3Entry {
  readonly key: string
  readonly sizeBytes: number
  readonly storedAtMs: number
}

/** With the pauses between them four tries span two seconds: longer trouble is for whoever asked. */
const ATTEMPTS_MAX = 4
const PAUSE_MS = 200
const LIST_PAGE = 1_000

export class S3Bucket implements AsyncDisposable {
  /** For people: which bucket, and where. */
  readonly where: string
  readonly #s3: S3mini
  readonly #line: AsyncDisposable
  /** Until the server says that it does not know If-None-Match. */
  #isConditional = true

  constructor(settings: S3Settings) {
    const line = openS3Line(settings.silenceMaxMs)
    this.#line = line
    this.where = `bucket "${settings.bucket}" at ${new URL(settings.endpoint).origin}`
    this.#s3 = new S3mini({
      endpoint: `${settings.endpoint.replace(/\/+$/, '')}/${settings.bucket}`,
      region: settings.region,
      accessKeyId: settings.accessKeyId,
      secretAccessKey: settings.secretAccessKey,
      fetch: line.fetch,
    })
  }

  /** Asks again at bad moments; throws an ArtifactStoreFailed. */
  async attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call()
      } catch (cause) {
        const failure = s3FailureOf(cause, what, this.where)
        if (!failure) throw cause
        if (!failure.isTransient || attempt === ATTEMPTS_MAX) throw failure.error
        await sleep(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()))
      }
    }
  }

  /** As attempt, with `otherwise` where the server says that there is no such object. */
  async #orMissing<T, U>(what: string, otherwise: U, call: () => Promise<T>): Promise<T | U> {
    try {
      return await this.attempt(what, call)
    } catch (error) {
      if ((error as ArtifactStoreFailed).code === 'not-found') return otherwise
      throw error
    }
  }

  size(key: string): Promise<number | undefined> {
    return this.#orMissing(`look at object "${key}"`, undefined, () => this.#s3.getContentLength(key))
  }

  /** One answer, asked for once: who reads the body asks again where it breaks off. */
  get(key: string, from: number, to: number | undefined): Promise<Response> {
    return this.#s3.getObjectRaw(key, from === 0 && to === undefined, from, to)
  }

  /** `present`: it is there already, and nothing was written. */
  async putNew(key: string, bytes: Uint8Array): Promise<'stored' | 'present'> {
    if (this.#isConditional)
      try {
        await this.put(key, bytes, { 'if-none-match': '*' })
        return 'stored'
      } catch (error) {
        const { code } = error as ArtifactStoreFailed
        if (code === 'present') return 'present'
        // 400 or 501 from servers that do not know the condition; whatever else it means, the next put tells.
        if (code !== 'refused' && (error as ArtifactStoreFailed).serverCode !== 'NotImplemented') throw error
        this.#isConditional = false
      }
    await this.put(key, bytes)
    return 'stored'
  }

  async put(key: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<void> {
    const all = { ...headers, ...md5Header(bytes) } as AWSHeaders
    await this.attempt(`store object "${key}"`, () =>
      this.#s3.putObject(key, bytes, 'application/octet-stream', undefined, all),
    )
  }

  beginMultipart(key: string): Promise<string> {
    return this.attempt(`begin upload of object "${key}"`, () => this.#s3.getMultipartUploadId(key))
  }

  async putPart(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<string> {
    const part = await this.attempt(`store part ${number} of object "${key}"`, () =>
      this.#s3.uploadPart(key, uploadId, bytes, number, {}, undefined, md5Header(bytes) as AWSHeaders),
    )
    return part.etag
  }

  /** A 200 may hold an error: whether it has become whole is for the caller to look at. */
  async completeMultipart(key: string, uploadId: string, parts: readonly UploadPart[]): Promise<void> {
    await this.#orMissing(`complete object "${key}"`, undefined, () =>
      this.#s3.completeMultipartUpload(key, uploadId, [...parts]),
    )
  }

  /** Of one that may have ended; servers without it keep the parts until their own rules take them. */
  async abortMultipart(key: string, uploadId: string): Promise<void> {
    try {
      await this.#orMissing(`give up object "${key}"`, undefined, () =>
        this.#s3.abortMultipartUpload(key, uploadId),
      )
    } catch (error) {
      if ((error as ArtifactStoreFailed).code !== 'refused') throw error
    }
  }

  /** Multipart uploads that were begun and not ended, at most 1,000; none where the server cannot tell. */
  async openUploads(prefix: string): Promise<OpenUpload[]> {
    try {
      const answer = await this.attempt('list uploads', () =>
        this.#s3.listMultipartUploads('/', '', 'GET', { prefix }),
      )
      return readOpenUploads(answer).filter(({ key }) => key.startsWith(prefix))
    } catch (error) {
      const { code, serverCode } = error as ArtifactStoreFailed
      if (code === 'refused' || serverCode === 'NotImplemented') return []
      throw error
    }
  }

  copy(from: string, to: string): Promise<unknown> {
    // s3mini escapes the slashes too, which not every server undoes.
    const source = `/${this.#s3.bucketName}/${from.split('/').map(encodeURIComponent).join('/')}`
    const additionalHeaders = { 'x-amz-copy-source': source }
    return this.attempt(`copy object "${from}"`, () => this.#s3.copyObject(from, to, { additionalHeaders }))
  }

  async remove(key: string): Promise<void> {
    await this.#orMissing(`remove object "${key}"`, undefined, () => this.#s3.deleteObject(key))
  }

  async *list(prefix: string, pageMax = LIST_PAGE): AsyncGenerator<S3Entry> {
    let token: string | undefined
    do {
      const page = await this.attempt(`list objects "${prefix}"`, () =>
        this.#s3.listObjectsPaged('/', prefix, pageMax, token),
      )
      // s3mini tells a bucket that is not there in this way.
      if (!page) throw new ArtifactStoreFailed('no-bucket', `Cannot list objects: there is no ${this.where}`)
      for (const { Key: key, Size, LastModified } of page.objects ?? [])
        yield { key, sizeBytes: Size, storedAtMs: LastModified.getTime() }
      token = page.nextContinuationToken
    } while (token !== undefined)
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#line[Symbol.asyncDispose]()
  }
}

const md5Header = (bytes: Uint8Array) => ({ 'content-md5': createHash('md5').update(bytes).digest('base64') })
