// From a server's events to the app and back: each request gets its id, its line in the log and its place in the watch;
// what never becomes a request (parser errors, CONNECT, expectations, targets that are none) is answered here, in the
// same JSON as everything else.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server'
import type { Logger } from 'pino'
import type { FrontDoorApp } from '../front-door-app.ts'
import { REQUEST_ID_HEADER, requestIdFor } from '../request-id.ts'
import { errorBody } from '../request-refused.ts'
import { logRequest } from './log-request.ts'
import { parserRefusal, refuseSocket } from './refuse-socket.ts'
import { stripTrusted } from './strip-trusted.ts'
import type { ConnectionWatch } from './watch-connections.ts'

export interface Answering {
  readonly app: FrontDoorApp
  readonly watch: ConnectionWatch
  readonly log: Logger
  readonly isDraining: () => boolean
}

export function answerRequests(server: Server, { app, watch, log, isDraining }: Answering): void {
  const answer = getRequestListener((request, env) => app.fetch(request, env as HttpBindings), {
    errorHandler(error) {
      // Without an answer to write to here: it is caught below.
      if (error instanceof RequestError) throw error
      log.error({ err: error }, 'request failed')
      return Response.json(errorBody('internal', 'The worker failed; its log has the cause'), { status: 500 })
    },
  })
  const begin = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    watch.begin(incoming, outgoing)
    stripTrusted(incoming)
    const requestId = requestIdFor(incoming.headers)
    outgoing.setHeader(REQUEST_ID_HEADER, requestId)
    if (isDraining()) outgoing.setHeader('connection', 'close')
    logRequest(log, requestId, { incoming, outgoing })
  }
  server.on('request', (incoming, outgoing) => {
    begin(incoming, outgoing)
    // Only HTTP/1.0 may go without, and whoever speaks that does not care what it is.
    if (incoming.httpVersion === '1.0') incoming.headers.host ??= 'localhost'
    answer(incoming, outgoing).catch(() =>
      refuse(outgoing, 400, 'Cannot read the request: its target or its Host is not valid'),
    )
  })
  // Whatever else is expected than `100-continue`.
  server.on('checkExpectation', (incoming, outgoing) => {
    begin(incoming, outgoing)
    refuse(outgoing, 417, 'Cannot meet the expectation, expected 100-continue or none')
  })
  server.on('connect', (_incoming, socket) =>
    refuseSocket(socket, {
      status: 405,
      code: 'wrong-method',
      message: 'Cannot CONNECT: this is no proxy',
      headers: { allow: 'GET, HEAD, POST' },
    }),
  )
  server.on('clientError', (error, socket) => {
    const refusal = parserRefusal(error)
    if (!refusal) return void socket.destroy()
    const outgoing = watch.outgoingOf(socket)
    // What was asked before, and as a whole, is answered first.
    if (outgoing?.req.complete) outgoing.once('close', () => refuseSocket(socket, refusal))
    else refuseSocket(socket, refusal, outgoing)
  })
}

/** Where no app sees the request. */
function refuse(outgoing: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify(errorBody('invalid', message, String(outgoing.getHeader(REQUEST_ID_HEADER))))
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  outgoing.end(body)
}
