// An edge worker that behaves as it is told: real sockets, since what is tested is what a line can do.

import { fork } from 'node:child_process'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

export type Mood =
  | 'well'
  | 'silent'
  | 'slow'
  | 'error'
  | 'garbage'
  | 'nonsense'
  | 'cut'
  | 'endless'
  | 'other-deployment'
  | 'busy'
  | 'refusing'

const ANSWER = {
  labels: [{ index: 1, name: 'green', score: 0.9 }],
  tier: 'edge',
  model: 'heavy',
  decision: { router: 'none', version: 1, score: null, threshold: null, reason: 'direct' },
  timingsMs: { edge: 1 },
  energyJ: { value: 0, method: 'model' },
  deployment: 'dep-1',
  byFallback: false,
}

export class EdgeServer implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    this.requests++
    this.deployments.add(String(request.headers['x-tandem-deployment']))
    this.headers = request.headers
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      this.images.push(Buffer.concat(chunks).toString('latin1'))
      setTimeout(() => this.#answer(response), this.workMs)
    })
  }).on('connection', () => {
    this.connections++
  })
  mood: Mood = 'well'
  requests = 0
  connections = 0
  /** Images that it has read to the end, as text. */
  readonly images: string[] = []
  /** What came with the latest one. */
  headers: IncomingHttpHeaders = {}
  /** How long it works on each. */
  workMs = 0
  /** What the requests said which deployment must answer. */
  readonly deployments = new Set<string>()

  #answer(response: ServerResponse): void {
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    switch (this.mood) {
      case 'well':
        json(ANSWER)
        break
      case 'silent':
        break
      case 'slow':
        // Bytes that trickle: the deadline is for the whole answer, not for its beginning.
        response.writeHead(200, { 'content-type': 'application/json' })
        trickle(response)
        break
      case 'error':
        json({ error: { code: 'internal', message: 'no' } }, 500)
        break
      case 'other-deployment':
        json({ error: { code: 'wrong-deployment', message: 'no' } }, 409)
        break
      case 'busy':
        response.setHeader('retry-after', '1')
        json({ error: { code: 'busy', message: 'no' } }, 503)
        break
      case 'refusing':
        json({ error: { code: 'damaged', message: 'no' } }, 422)
        break
      case 'garbage':
        response.end('<html>it works!</html>')
        break
      case 'nonsense':
        json({ labels: [] })
        break
      case 'cut':
        response.writeHead(200, { 'content-length': 1_000 })
        response.write('{', () => response.destroy())
        break
      case 'endless':
        response.writeHead(200, { 'content-type': 'application/json' })
        flood(response)
    }
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  /** As a process that is killed: every connection breaks, the port refuses. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.close()
  }
}

function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => clearInterval(timer))
}

function flood(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
  }
  response.on('drain', more)
  more()
}

/**
 * A host that swallows packets: nothing answers the handshake. A process of its own listens with the shortest
 * queue there is, is stopped, and its queue is filled; the kernel then drops every further SYN.
 */
export async function blackHole(): Promise<{ url: string } & AsyncDisposable> {
  const child = fork(fileURLToPath(new URL('./black-hole.mjs', import.meta.url)), { execArgv: [] })
  const port = await new Promise<number>((resolve) => child.once('message', (m) => resolve(Number(m))))
  child.kill('SIGSTOP')
  const fillers: Socket[] = []
  while (await connects(port, fillers));
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy()
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** False once the handshake is no more answered; on loopback an answer takes microseconds. */
function connects(port: number, fillers: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    fillers.push(socket)
    const timer = setTimeout(() => resolve(false), 200)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
