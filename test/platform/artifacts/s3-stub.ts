// A small S3 server that is strict where the one of the registry is not: it checks signatures and MD5, knows conditional
// put, refuses small parts, and can be told to fail in the ways that real servers and lines do.

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Credentials, signatureFault } from './s3-signature.ts'

/** How one answer goes wrong. */
export type Fault =
  | { readonly is: 'error'; readonly status: number; readonly code: string }
  | { readonly is: 'silent'; readonly forMs: number }
  | { readonly is: 'reset' }
  /** Breaks off behind so many bytes of the body. */
  | { readonly is: 'reset-body'; readonly afterBytes: number }
  /** Says that the body has so many bytes more than it has. */
  | { readonly is: 'long-length'; readonly byBytes: number }
  | { readonly is: 'other-bytes' }
  /** Does what was asked and loses the answer. */
  | { readonly is: 'lost-answer' }

interface Multipart {
  readonly key: string
  readonly parts: Map<number, Buffer>
  begunAt: string
}

export const CREDENTIALS: Credentials = {
  region: 'eu-test-1',
  accessKeyId: 'AKIATEST',
  secretAccessKey: 'secret/with+signs',
}
const BUCKET = 'fleet'
const PART_MIN_BYTES = 5 * 1024 ** 2
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`

export class S3Stub implements AsyncDisposable {
  readonly objects = new Map<string, { bytes: Buffer; at: string }>()
  readonly uploads = new Map<string, Multipart>()
  /** `PUT key`, as they came; keys without the bucket. */
  readonly requests: string[] = []
  knowsConditions = true
  readonly #faults: { method: string; fault: Fault; left: number }[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<S3Stub> {
    const stub = new S3Stub()
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get settings() {
    return { ...CREDENTIALS, endpoint: this.endpoint, bucket: BUCKET, prefix: '', silenceMaxMs: 400 }
  }

  /** Of the next `times` requests by `method`. */
  fail(method: string, fault: Fault, times = 1): void {
    this.#faults.push({ method, fault, left: times })
  }

  heal(): void {
    this.#faults.length = 0
    this.requests.length = 0
  }

  #takeFault(method: string): Fault | undefined {
    const found = this.#faults.find((f) => f.method === method && f.left > 0)
    if (found) found.left--
    return found?.fault
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.endpoint)
    const [bucket, ...rest] = decodeURIComponent(url.pathname).slice(1).split('/')
    const key = rest.join('/')
    this.requests.push(`${request.method} ${key}`)
    const fault = this.#takeFault(request.method!)
    if (fault?.is === 'silent') await sleep(fault.forMs)
    if (request.socket.destroyed) return
    if (fault?.is === 'reset') return void request.socket.destroy()
    const body = await buffer(request).catch(() => undefined)
    if (!body || response.destroyed) return
    if (fault?.is === 'error') return refuse(response, fault.status, fault.code)
    const bad = signatureFault(request, CREDENTIALS)
    if (bad) return refuse(response, bad === 'AuthorizationHeaderMalformed' ? 400 : 403, bad)
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket')
    const md5 = request.headers['content-md5']
    if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'))
      return refuse(response, 400, 'BadDigest')
    if (fault?.is === 'lost-answer') response.end = () => request.socket.destroy() as never
    this.#serve({ request, response, key, query: url.searchParams, body, fault })
  }

  #serve(asked: Asked) {
    const { request, query } = asked
    if (request.method === 'GET' && query.has('uploads')) return this.#listUploads(asked)
    if (request.method === 'GET' && query.has('list-type')) return this.#list(asked)
    if (request.method === 'GET' || request.method === 'HEAD') return this.#get(asked)
    if (request.method === 'PUT') return this.#put(asked)
    if (request.method === 'POST') return this.#post(asked)
    if (query.has('uploadId')) this.uploads.delete(query.get('uploadId')!)
    else this.objects.delete(asked.key)
    asked.response.writeHead(204).end()
  }

  #put({ request, response, key, query, body }: Asked) {
    const upload = this.uploads.get(query.get('uploadId') ?? '')
    if (query.has('uploadId') && !upload) return refuse(response, 404, 'NoSuchUpload')
    const source = request.headers['x-amz-copy-source'] as string | undefined
    if (source !== undefined) {
      const found = this.objects.get(decodeURIComponent(source).replace(/^\/?[^/]+\//, ''))
      if (!found) return refuse(response, 404, 'NoSuchKey')
      this.#store(key, found.bytes)
      return xml(
        response,
        `<CopyObjectResult><ETag>${etagOf(found.bytes)}</ETag><LastModified>${new Date().toISOString()}</LastModified></CopyObjectResult>`,
      )
    }
    if (upload) upload.parts.set(Number(query.get('partNumber')), body)
    else {
      if (request.headers['if-none-match'] !== undefined) {
        if (!this.knowsConditions) return refuse(response, 501, 'NotImplemented')
        if (this.objects.has(key)) return refuse(response, 412, 'PreconditionFailed')
      }
      this.#store(key, body)
    }
    response.writeHead(200, { etag: etagOf(body), 'content-length': 0 }).end()
  }

  #store(key: string, bytes: Buffer): void {
    this.objects.set(key, { bytes, at: new Date().toISOString() })
  }

  #post({ response, key, query, body }: Asked) {
    if (query.has('uploads')) {
      const id = `upload-${this.uploads.size + 1}-${Date.now()}`
      this.uploads.set(id, { key, parts: new Map(), begunAt: new Date().toISOString() })
      return xml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      )
    }
    const id = query.get('uploadId')!
    const upload = this.uploads.get(id)
    if (!upload) return refuse(response, 404, 'NoSuchUpload')
    const told = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g)]
    const parts = told.map(([, number]) => upload.parts.get(Number(number)))
    if (parts.some((part, i) => !part || etagOf(part) !== `"${told[i]![2]}"`))
      return refuse(response, 400, 'InvalidPart')
    if (parts.some((part, i) => part!.length < PART_MIN_BYTES && i < parts.length - 1))
      return refuse(response, 400, 'EntityTooSmall')
    this.#store(key, Buffer.concat(parts as Buffer[]))
    this.uploads.delete(id)
    xml(response, '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>')
  }

  #get({ request, response, key, fault }: Asked) {
    const found = this.objects.get(key)
    if (!found) return refuse(response, 404, key === '' ? 'NoSuchBucket' : 'NoSuchKey', request.method)
    const all = fault?.is === 'other-bytes' ? Buffer.alloc(found.bytes.length, '?') : found.bytes
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const start = Number(range?.[1] ?? 0)
    const bytes = all.subarray(start, range?.[2] ? Number(range[2]) + 1 : undefined)
    if (range && start >= all.length) return refuse(response, 416, 'InvalidRange')
    const more = fault?.is === 'long-length' ? fault.byBytes : 0
    response.writeHead(range ? 206 : 200, {
      'content-length': bytes.length + more,
      etag: etagOf(all),
      ...(range && {
        'content-range': `bytes ${start}-${start + bytes.length - 1 + more}/${all.length + more}`,
      }),
    })
    if (request.method === 'HEAD') return void response.end()
    if (fault?.is !== 'reset-body' && more === 0) return void response.end(bytes)
    const sent = fault?.is === 'reset-body' ? bytes.subarray(0, fault.afterBytes) : bytes
    response.write(sent, () => request.socket.destroySoon())
  }

  #list({ response, query }: Asked): void {
    const max = Number(query.get('max-keys'))
    const after = query.get('continuation-token') ?? ''
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort()
    const page = keys.slice(0, max)
    const entries = page.map((key) => {
      const { bytes, at } = this.objects.get(key)!
      return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${at}</LastModified><ETag>${etagOf(bytes)}</ETag></Contents>`
    })
    const more = keys.length > max
    xml(
      response,
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}${entries.join('')}</ListBucketResult>`,
    )
  }

  #listUploads({ response }: Asked): void {
    const entries = [...this.uploads].map(
      ([id, { key, begunAt }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${begunAt}</Initiated></Upload>`,
    )
    xml(response, `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly key: string
  readonly query: URLSearchParams
  readonly body: Buffer
  readonly fault: Fault | undefined
}

// With parameters, as many servers send it: s3mini reads codes only where there are none.
const xml = (response: ServerResponse, body: string, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/xml; charset=utf-8' }).end(body)

const refuse = (response: ServerResponse, status: number, code: string, method?: string) =>
  xml(response, method === 'HEAD' ? '' : `<Error><Code>${code}</Code></Error>`, status)
