// A dumb proxy of bytes: each connection goes to the next of its targets, in turn. It can cut what is open, or cut each
// connection after a while as proxies do; where a target does not listen, the connection ends, as behind a real one.

import net from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  readonly url: string
  /** Ports; may be changed under way. */
  targets: readonly number[]
  readonly connections: number
  cut(): void
}

export async function openTcpProxy(
  targets: readonly number[],
  options: { cutAfterMs?: number } = {},
): Promise<TcpProxy> {
  const open = new Set<net.Socket>()
  let turn = 0
  let count = 0
  const server = net.createServer((client) => {
    count++
    const upstream = net.connect(proxy.targets[turn++ % proxy.targets.length]!, '127.0.0.1')
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        open.delete(socket)
        end()
      })
    }
    client.pipe(upstream).pipe(client)
    if (options.cutAfterMs !== undefined) {
      const timer = setTimeout(end, options.cutAfterMs)
      client.on('close', () => clearTimeout(timer))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: TcpProxy = {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    targets,
    get connections() {
      return count
    },
    cut() {
      for (const socket of open) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      proxy.cut()
      await closed
    },
  }
  return proxy
}
