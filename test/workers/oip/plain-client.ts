// A client of the protocol written from the specification alone, on node:http, sharing no code with workers/oip: it
// cuts and joins bytes by itself, so that both sides cannot be wrong in the same way.

import { request } from 'node:http'

export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: what a stranger answers.
  readonly json: any
  /** What follows the JSON. */
  readonly binary: Buffer
}

export interface PlainCall {
  readonly method?: string
  readonly headers?: Record<string, string | number>
  readonly body?: string | Buffer
}

export function call(
  url: string,
  { method = 'POST', headers = {}, body }: PlainCall = {},
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const raw = Buffer.concat(chunks)
        const cut = Number(response.headers['inference-header-content-length'] ?? raw.length)
        const json = JSON.parse(raw.subarray(0, cut).toString('utf8'))
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          raw,
          json,
          binary: raw.subarray(cut),
        })
      })
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

export const get = (url: string): Promise<PlainAnswer> => call(url, { method: 'GET' })

/** JSON alone. */
export const infer = (url: string, message: unknown): Promise<PlainAnswer> =>
  call(url, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) })

/** JSON with binary data behind it; the header's length may be a lie. */
export function inferBinary(
  url: string,
  message: unknown,
  binary: Buffer,
  headerLength?: string | number,
): Promise<PlainAnswer> {
  const head = Buffer.from(JSON.stringify(message))
  return call(url, {
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': headerLength ?? head.length,
    },
    body: Buffer.concat([head, binary]),
  })
}

export function floatBytes(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, i * 4)
  return bytes
}

export function floatsOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4))
}

/** Elements of BYTES: length in four bytes, then the bytes. */
export function elementBytes(...elements: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    elements.map((element) => {
      const content = Buffer.from(element as string)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(content.length)
      return Buffer.concat([length, content])
    }),
  )
}

export function elementsOf(bytes: Buffer): string[] {
  const out: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at)
    out.push(bytes.subarray(at + 4, end).toString('utf8'))
    at = end
  }
  return out
}
