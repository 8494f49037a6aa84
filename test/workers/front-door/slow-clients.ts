// Clients that keep a server waiting, of every kind that there is, and when each of them was let go of.

import { connect, type Socket } from 'node:net'

/** `reading` asks for more than a kernel holds and reads nothing; `unread` for a little, of which it reads nothing. */
export type SlowKind = 'silent' | 'blank' | 'headers' | 'body' | 'reading' | 'unread'

export interface SlowClients extends Disposable {
  /** Connections that are open still. */
  readonly open: number
  /** Milliseconds since the start, of each that was let go of. */
  readonly goneAfterMs: readonly number[]
  /** What the first of them was told, if anything. */
  readonly heard: string
  readonly gone: Promise<void>
}

/** Often enough that no connection ever looks idle. */
const DRIP_EVERY_MS = 200
/** Of 8 KB each: a kernel's buffer grows to 4 MB. */
const PIPELINED = 600

const CLASSIFY = 'POST /v1/classify HTTP/1.1\r\nhost: x\r\n'
const DESCRIBE = 'GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'
const KINDS: Record<SlowKind, { first: string; drip?: string; reads: boolean }> = {
  silent: { first: '', reads: true },
  blank: { first: '', drip: '\r\n', reads: true },
  headers: { first: 'GET /healthz HTTP/1.1\r\nhost: x\r\n', drip: 'x-drip: 1\r\n', reads: true },
  body: { first: `${CLASSIFY}content-length: 1000000\r\n\r\n`, drip: 'x', reads: true },
  reading: { first: DESCRIBE.repeat(PIPELINED), drip: '\r\n', reads: false },
  unread: { first: DESCRIBE.repeat(2), drip: '\r\n', reads: false },
}

export function slowClients(url: string, kind: SlowKind, count: number): SlowClients {
  const begin = performance.now()
  const { first, drip, reads } = KINDS[kind]
  const goneAfterMs: number[] = []
  const sockets = new Set<Socket>()
  let heard = ''
  let onGone = () => {}
  const gone = new Promise<void>((resolve) => {
    onGone = resolve
  })
  const { hostname, port } = new URL(url)
  for (let i = 0; i < count; i++) {
    const socket = connect({ port: Number(port), host: hostname })
    sockets.add(socket)
    if (first !== '') socket.write(first)
    if (reads)
      socket.on('data', (chunk) => {
        if (i === 0) heard += chunk
      })
    // Being cut is what they are here for.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (!sockets.delete(socket)) return
      goneAfterMs.push(performance.now() - begin)
      if (sockets.size === 0) onGone()
    })
  }
  const timer = setInterval(() => {
    // A write is also how one that does not read learns that it was cut.
    if (drip !== undefined)
      for (const socket of sockets) if (socket.writable && !socket.pending) socket.write(drip)
  }, DRIP_EVERY_MS)
  return {
    get open() {
      return sockets.size
    },
    goneAfterMs,
    get heard() {
      return heard
    },
    gone,
    [Symbol.dispose]() {
      clearInterval(timer)
      for (const socket of sockets) {
        sockets.delete(socket)
        socket.destroy()
      }
    },
  }
}
