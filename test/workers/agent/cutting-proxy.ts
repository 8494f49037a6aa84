// A line that breaks: passes bytes on to a server and cuts each connection after as many as it is told, in the way
// that real ones do, without a word.

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Bytes that were given to the client's connections. */
  passed = 0
  cuts = 0
  url = ''

  /** `cutAfter` says for each connection how many bytes of answers it lives. */
  constructor(upstream: string, cutAfter: () => number) {
    const { hostname, port } = new URL(upstream)
    this.#server = createServer((client) => {
      const server = connect(Number(port), hostname)
      let left = cutAfter()
      for (const socket of [client, server]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
      }
      const end = () => {
        client.destroy()
        server.destroy()
      }
      client.on('data', (chunk) => server.write(chunk)).on('close', end)
      server.on('close', end).on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, left)
        left -= part.length
        this.passed += part.length
        client.write(part)
        if (left > 0) return
        this.cuts++
        server.destroy()
        client.end()
      })
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
