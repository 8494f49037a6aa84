// A control plane that has nothing to say: it tells a device that its manifest is the newest, has no jobs and takes
// every decision. Benches of serving measure devices that are connected, as in the field, but not what a control
// plane costs: that one is another machine there. It checks nothing and keeps nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface QuietPlane extends AsyncDisposable {
  readonly url: string
  /** Decisions taken so far. */
  readonly decisions: number
}

/** As long as the real one holds a poll. */
const POLL_MS = 20_000

export async function quietPlane(): Promise<QuietPlane> {
  let decisions = 0
  const polls = new Set<NodeJS.Timeout>()
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const route = request.url!.replace(/^\/device\/v1|\?.*$/g, '')
    if (route === '/manifest') hold(response, polls)
    else if (route === '/jobs/next') answer(response, { job: null })
    else if (route === '/decisions') {
      const sequences = [...body.matchAll(/"sequence":(\d+)/g)].map((match) => Number(match[1]))
      decisions += sequences.length
      answer(response, { upTo: sequences.at(-1) ?? 0 })
    } else response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get decisions() {
      return decisions
    },
    async [Symbol.asyncDispose]() {
      for (const timer of polls) clearTimeout(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function hold(response: ServerResponse, polls: Set<NodeJS.Timeout>): void {
  const timer = setTimeout(() => {
    polls.delete(timer)
    response.writeHead(304, { etag: '"1"' }).end()
  }, POLL_MS)
  polls.add(timer)
}

const answer = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
