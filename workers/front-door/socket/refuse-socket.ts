// Answers on a bare connection, where no request has reached the app: what Node's HTTP parser rejects, and clients that
// are cut. The body is the same JSON as everywhere. A client that has begun to get an answer is cut without a word,
// since two answers in one would be a lie.

import { randomUUID } from 'node:crypto'
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { REQUEST_ID_HEADER } from '../request-id.ts'
import { errorBody } from '../request-refused.ts'

export interface SocketRefusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers?: Record<string, string>
}

/** What the app would have answered in time is not sent any more. */
const LINGER_MS = 1_000

/** `outgoing`: the answer that is due on this connection, if any. */
export function refuseSocket(socket: Duplex, refusal: SocketRefusal, outgoing?: ServerResponse): void {
  if (outgoing?.headersSent || !socket.writable || socket.writableLength > 0) return void socket.destroy()
  const requestId = String(outgoing?.getHeader(REQUEST_ID_HEADER) ?? randomUUID())
  const body = JSON.stringify(errorBody(refusal.code, refusal.message, requestId))
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    [REQUEST_ID_HEADER]: requestId,
    ...refusal.headers,
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${head.join('')}\r\n${body}`)
  // Bytes that nobody reads would turn the answer into a reset on its way.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** In Node's words what the parser could not read; undefined where nobody is left to tell. */
export function parserRefusal(error: NodeJS.ErrnoException): SocketRefusal | undefined {
  const message = (what: string) => `Cannot read the request: ${what}`
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return undefined
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'too-slow', message: message('is not complete in time') }
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'headers-too-large', message: message('headers are over 16 KB') }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'too-large', message: message('chunk extensions are over 16 KB') }
    default:
      return { status: 400, code: 'invalid', message: message('is not HTTP/1.1') }
  }
}
