// Connections that were told to go are still connections: how many of them there are at once is bounded as well.

import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { refuseSocket } from '#workers/front-door/socket/refuse-socket.ts'
import { CONNECTION_LIMITS, watchConnections } from '#workers/front-door/socket/watch-connections.ts'

const BUSY = { status: 503, code: 'busy', message: 'Cannot take a connection' }
const LIMITS = { ...CONNECTION_LIMITS, connectionsMax: 4, leavingMax: 3 }

const opened: (Server | Socket)[] = []
afterEach(() => {
  for (const one of opened.splice(0)) 'close' in one ? one.close() : one.destroy()
})

/** Clients that neither leave by themselves nor close when they are told to. */
async function stubborn(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect({ port, allowHalfOpen: true }))
  for (const socket of sockets) socket.on('error', () => undefined).resume()
  opened.push(...sockets)
  return sockets
}

test.each([
  ['newcomers that are refused', 'working'],
  ['those that go for newcomers', 'silent'],
])('however many come, few linger: %s', async (_, first) => {
  const server = createServer()
  opened.push(server)
  const refused: unknown[] = []
  using watch = watchConnections(server, LIMITS, {
    onFull: (socket) => refused.push(refuseSocket(socket, BUSY)),
    onSlow: ({ socket }) => refused.push(refuseSocket(socket, BUSY)),
  })
  server.on('request', (incoming, outgoing) => watch.begin(incoming, outgoing))
  await promisify(server.listen.bind(server, 0))()
  const { port } = server.address() as AddressInfo
  // Whoever waits for an answer is never sent away.
  if (first === 'working')
    for (const socket of await stubborn(port, 4)) socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  else await stubborn(port, 4)
  const count = promisify(server.getConnections.bind(server))
  await until('the first are there', async () => (await count()) === 4)
  await stubborn(port, 40)
  await until('all are refused', () => refused.length === 40)
  expect(await count()).toBe(7)
})
