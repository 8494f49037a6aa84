// What lies before the edge's front door and can spoil it: a relay of bytes that, while it is told to, refuses, resets,
// swallows, trickles, or says something else than the edge does.

import { connect, createServer, type Server, type Socket } from 'node:net'

export const SPOILS = ['none', 'refuse', 'reset', 'swallow', 'drip', 'error', 'garbage', 'half'] as const
export type Spoil = (typeof SPOILS)[number]

const DRIP_EVERY_MS = 50
const ERROR =
  'HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
const GARBAGE = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html>no<'

export class Line {
  readonly #port: number
  readonly #edge: { readonly host: string; readonly port: number }
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #spoil: Spoil = 'none'

  constructor(port: number, edge: { host: string; port: number }) {
    this.#port = port
    this.#edge = edge
  }

  async open(): Promise<void> {
    const server = createServer((client) => this.#relay(client))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '0.0.0.0', resolve)
    })
    this.#server = server
  }

  async spoil(how: Spoil): Promise<void> {
    const wasRefusing = this.#spoil === 'refuse'
    this.#spoil = how
    if (how === 'refuse') this.#server?.close()
    if (how === 'refuse' || how === 'reset') for (const socket of this.#sockets) socket.resetAndDestroy()
    // What was spoiled half-way is no line any more.
    if (how === 'none') for (const socket of this.#sockets) socket.destroy()
    if (wasRefusing) await this.open()
  }

  #relay(client: Socket): void {
    const edge = connect(this.#edge)
    for (const socket of [client, edge]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        edge.destroy()
      })
    }
    client.on('data', (bytes) => this.#toEdge(bytes, client, edge))
    edge.on('data', (bytes) => this.#toClient(bytes, client))
  }

  #toEdge(bytes: Buffer, client: Socket, edge: Socket): void {
    if (this.#spoil === 'reset') client.resetAndDestroy()
    else if (this.#spoil === 'error') client.write(ERROR)
    else if (this.#spoil !== 'swallow') edge.write(bytes)
  }

  #toClient(bytes: Buffer, client: Socket): void {
    switch (this.#spoil) {
      case 'none':
        client.write(bytes)
        break
      case 'garbage':
        client.write(GARBAGE)
        break
      case 'half':
        client.write(bytes.subarray(0, bytes.length / 2), () => client.destroy())
        break
      case 'drip':
        drip(bytes, client)
    }
  }
}

function drip(bytes: Buffer, client: Socket): void {
  let at = 0
  const timer = setInterval(() => {
    if (client.destroyed || at === bytes.length) return clearInterval(timer)
    client.write(bytes.subarray(at, ++at))
  }, DRIP_EVERY_MS)
}
