// Keeps slow clients from taking a server's connections away from the others (slowloris and its kin). Every half
// second each connection is looked at, and who is too slow is told so and cut. When all connections are taken, a
// newcomer gets the place of whoever keeps the device waiting longest, of the address that has most of such; clients
// that wait for an answer are never sent away. Node's own timeouts know neither rates nor readers nor such places.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Connection, type ConnectionLimits, connectionKey } from './connection.ts'

export const CONNECTION_LIMITS: ConnectionLimits = {
  // What they hold in memory is bounded by itself (body-budget.ts); a connection alone is some 20 KB.
  connectionsMax: 512,
  // A second each: whoever is in a hurry to come back is not to hold more than an eighth on top.
  leavingMax: 64,
  // As Node's own; whoever keeps connections must let go earlier (workers/serve keeps them 3 s).
  idleMaxMs: 5_000,
  headersMaxMs: 5_000,
  requestMaxMs: 120_000,
  // 64 kbit/s, less than the oldest mobile network has.
  rateMinBytesPerSecond: 8 * 1024,
  rateOverMs: 5_000,
  lookEveryMs: 500,
}

export interface ConnectionWatch extends Disposable {
  /** To be called for each request, when its headers are complete. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void
  /** The answer that is due on a socket, if any. */
  outgoingOf(socket: object): ServerResponse | undefined
}

export interface WatchPorts {
  readonly onSlow: (connection: Connection, what: string) => void
  /** Nobody can be sent away for this one. */
  readonly onFull: (socket: Socket) => void
}

export function watchConnections(
  server: Server,
  limits: ConnectionLimits,
  ports: WatchPorts,
): ConnectionWatch {
  const connections = new Map<string, Connection>()
  const leaving = new Leaving(limits.leavingMax)
  const bySocket = new WeakMap<object, Connection>()
  let stalledMs = 0
  // Time in which this process stood still is nobody's slowness.
  const now = () => performance.now() - stalledMs
  server.on('connection', (socket: Socket) => {
    const connection = new Connection(socket, now())
    if (connections.size >= limits.connectionsMax) {
      const slowest = slowestOf(connections.values(), now(), limits)
      if (!slowest) {
        ports.onFull(socket)
        return leaving.add(socket)
      }
      ports.onSlow(slowest, 'other clients need the connection')
      forget(connections, slowest)
      leaving.add(slowest.socket)
    }
    connections.set(connection.key, connection)
    bySocket.set(socket, connection)
    socket.once('close', () => forget(connections, connection))
  })
  // Under TLS another socket, around the first, carries the requests.
  server.on('secureConnection', (socket: Socket) => {
    const connection = connections.get(connectionKey(socket))
    if (!connection) return void socket.destroy()
    connection.socket = socket
    bySocket.set(socket, connection)
    socket.once('close', () => forget(connections, connection))
  })
  let lookedAtMs = performance.now()
  const timer = setInterval(() => {
    const lateMs = performance.now() - lookedAtMs - limits.lookEveryMs
    if (lateMs > limits.lookEveryMs) stalledMs += lateMs
    lookedAtMs = performance.now()
    // After the next turn of the event loop: what clients have sent meanwhile is then read and counts.
    setImmediate(() => {
      for (const connection of connections.values()) {
        const slowness = connection.look(now(), limits)
        if (slowness) ports.onSlow(connection, slowness)
      }
    })
  }, limits.lookEveryMs)
  timer.unref()
  return {
    begin: (incoming, outgoing) => bySocket.get(incoming.socket)?.begin(incoming, outgoing, now),
    outgoingOf: (socket) => bySocket.get(socket)?.outgoing,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function forget(connections: Map<string, Connection>, connection: Connection): void {
  // Its port may be somebody else's by now.
  if (connections.get(connection.key) === connection) connections.delete(connection.key)
}

/** Sockets that have been told to go. They close by themselves in a moment, unless too many others come after them. */
class Leaving {
  readonly #sockets = new Set<Socket>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  add(socket: Socket): void {
    if (socket.destroyed) return
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const [first] = this.#sockets
    if (this.#sockets.size <= this.#max || !first) return
    this.#sockets.delete(first)
    first.destroy()
  }
}

function slowestOf(
  connections: Iterable<Connection>,
  nowMs: number,
  limits: ConnectionLimits,
): Connection | undefined {
  const waiting = [...connections]
    .map((connection) => ({ connection, waitedMs: connection.waitedMs(nowMs, limits) }))
    .filter(({ waitedMs }) => waitedMs > 0)
  // Whoever has been answered before and asks nothing now goes last: the next request may be under way.
  const owing = waiting.filter(({ connection }) => connection.phase !== 'idle' || !connection.isProved)
  const candidates = owing.length > 0 ? owing : waiting
  const ofAddress = new Map<string, number>()
  for (const { connection } of candidates)
    ofAddress.set(connection.address, (ofAddress.get(connection.address) ?? 0) + 1)
  const most = Math.max(...ofAddress.values())
  return candidates
    .filter(({ connection }) => ofAddress.get(connection.address) === most)
    .reduce<(typeof candidates)[number] | undefined>(
      (slowest, one) => (slowest && slowest.waitedMs >= one.waitedMs ? slowest : one),
      undefined,
    )?.connection
}
