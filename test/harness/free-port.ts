// A port that stays free while its owner is restarted: below the range from which the kernel gives out ports to
// whoever asks for any (32768 and up), so that no test that listens on port 0 can take it meanwhile.

import { createServer } from 'node:net'

const FIRST = 20_000
const COUNT = 12_000

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (await canListen(port)) return port
  }
}

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
