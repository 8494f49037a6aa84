// Ports are checked before anything starts. After a kill -9 of the parent its children need a moment to notice
// and leave, so a busy port is given a few seconds.

import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartRefused } from './home-lock.ts'

const WAIT_MAX_MS = 15_000
const LOOK_EVERY_MS = 200

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })

export async function waitForPorts(host: string, ports: Record<string, number>): Promise<void> {
  const deadline = Date.now() + WAIT_MAX_MS
  for (const [setting, port] of Object.entries(ports))
    while (!(await isFree(host, port))) {
      if (Date.now() > deadline)
        throw new StartRefused(`Cannot start: port ${port} is taken, expected a free one in ${setting}`)
      await sleep(LOOK_EVERY_MS)
    }
}
