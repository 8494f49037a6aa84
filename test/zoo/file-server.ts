// A file server as the world has them: real HTTP, one answer after another as a test has written them down, the last one
// for all that come later; and what it was asked.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface FileServer extends AsyncDisposable {
  readonly url: string
  readonly asked: { readonly path: string; readonly range?: string; readonly ifRange?: string }[]
  answers: Answer[]
}

export async function openFileServer(...answers: Answer[]): Promise<FileServer> {
  const asked: FileServer['asked'] = []
  const opened = { asked, answers }
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers
    asked.push({
      path: request.url!,
      ...(range === undefined ? {} : { range }),
      ...(ifRange === undefined ? {} : { ifRange: String(ifRange) }),
    })
    const answer = opened.answers.length > 1 ? opened.answers.shift()! : opened.answers[0]!
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(opened, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** With ranges and their condition, as RFC 9110 has them. */
export const ranged =
  (bytes: Uint8Array, etag = '"one"'): Answer =>
  ({ headers }, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
    if (from === undefined || !isSame) {
      response.writeHead(200, { 'content-length': bytes.length, etag }).end(bytes)
      return
    }
    if (Number(from) >= bytes.length) {
      response.writeHead(416).end()
      return
    }
    const rest = bytes.subarray(Number(from))
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { 'content-length': rest.length, 'content-range': range, etag }).end(rest)
  }

/** Knows no ranges. */
export const plain =
  (bytes: Uint8Array): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-length': bytes.length }).end(bytes)

/** Promises all, sends some, and cuts the line or says no more. */
export const partly =
  (bytes: Uint8Array, sent: number, end: 'cut' | 'silence', headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length, ...headers })
    response.write(bytes.subarray(0, sent), () => {
      // What was written must be on its way before the line goes.
      if (end === 'cut') setTimeout(() => response.destroy(), 20)
    })
  }

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end('no')
