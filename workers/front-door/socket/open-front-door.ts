// The only socket that clients reach, from opening to closing: an HTTP or HTTPS server around the app, the watch over
// its connections, request ids, one log line a request, and an end in order: "not ready" first, then no new
// connections, then the last answers, at most for a while.

import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FrontDoorPorts, frontDoorApp } from '../front-door-app.ts'
import type { Reread } from '../reread.ts'
import { answerRequests } from './answer-requests.ts'
import type { Connection, ConnectionLimits } from './connection.ts'
import { refuseSocket } from './refuse-socket.ts'
import type { TlsPair } from './tls-pair.ts'
import { CONNECTION_LIMITS, watchConnections } from './watch-connections.ts'

export interface FrontDoorPlace {
  readonly host: string
  readonly port: number
  /** HTTPS instead of HTTP. */
  readonly tls?: Reread<TlsPair> | undefined
  readonly limits?: Partial<ConnectionLimits>
  readonly announceMs?: number
}

export interface FrontDoor {
  readonly port: number
  /** What it says of itself may be another name (TANDEM_DEVICE_URL). */
  readonly url: string
  close(closing?: Partial<Closing>): Promise<void>
}

export interface Closing {
  /** How long /readyz says no while requests are still taken: the interval of whoever balances load by it. */
  readonly announceMs: number
  /** Requests in flight may finish for so long; what is left then is cut. */
  readonly maxMs: number
}

/** A connection more than wait at once is not heard, and tries again after a second. The kernel's own bound is 4,096. */
const BACKLOG = 4_096
/** A client that is still sending then would hold the process open. */
const CLOSE_MAX_MS = 5_000

export async function openFrontDoor(
  ports: Omit<FrontDoorPorts, 'isDraining'>,
  place: FrontDoorPlace,
): Promise<FrontDoor> {
  let isDraining = false
  const app = frontDoorApp({ ...ports, isDraining: () => isDraining })
  const limits = { ...CONNECTION_LIMITS, ...place.limits }
  const server = serverFor(place.tls, limits)
  const watch = watchConnections(server, limits, {
    onSlow: (connection, what) => cut(connection, what, ports.log),
    onFull: (socket) => refuseSocket(socket, FULL),
  })
  answerRequests(server, { app, watch, log: ports.log, isDraining: () => isDraining })
  const port = await listening(server, place)
  return {
    port,
    url: `${place.tls ? 'https' : 'http'}://${place.host.includes(':') ? `[${place.host}]` : place.host}:${port}`,
    async close({ announceMs = place.announceMs ?? 0, maxMs = CLOSE_MAX_MS } = {}) {
      isDraining = true
      if (announceMs > 0) await sleep(announceMs, undefined, { ref: false })
      await closed(server, maxMs)
      watch[Symbol.dispose]()
    },
  }
}

const FULL = {
  status: 503,
  code: 'busy',
  message: 'Cannot take a connection: all are in work, try again soon',
  headers: { 'retry-after': '1' },
}

function serverFor(tls: Reread<TlsPair> | undefined, limits: ConnectionLimits): Server | SecureServer {
  const options: ServerOptions = {
    headersTimeout: limits.headersMaxMs,
    requestTimeout: limits.requestMaxMs,
    keepAliveTimeout: limits.idleMaxMs,
    connectionsCheckingInterval: limits.lookEveryMs,
    // Refused by the app instead, with a body that says why.
    requireHostHeader: false,
  }
  if (!tls) return createServer(options)
  const server = createSecureServer({ ...options, ...tls.current, handshakeTimeout: limits.headersMaxMs })
  tls.onChange((pair) => server.setSecureContext(pair))
  return server
}

function cut(connection: Connection, what: string, log: FrontDoorPorts['log']): void {
  log.debug({ address: connection.address, what }, 'connection cut')
  const { socket, phase, outgoing } = connection
  // Nothing is asked, so nothing is answered; and who does not read gets a reset, which frees the kernel's memory too.
  if (phase === 'idle') socket.destroy()
  else if (phase === 'answer') socket.resetAndDestroy()
  else
    refuseSocket(
      socket,
      { status: 408, code: 'too-slow', message: `Cannot read the request: ${what}` },
      outgoing,
    )
}

function listening(server: Server, { host, port }: FrontDoorPlace): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function closed(server: Server, maxMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), maxMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
