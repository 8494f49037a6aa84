// Runs inside the worker thread of thread-host.ts: imports the bundle, gives it the bindings of
// contract/function-bindings.ts and serves it on a unix socket. Plain JavaScript, since a worker thread does
// not inherit the loader that reads TypeScript.

import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { getRequestListener } from '@hono/node-server'
import { Pool } from 'undici'

const { code, deployment, socket, bindings } = workerData
const pool = new Pool('http://bindings', { socketPath: bindings })

/** A service binding as workerd has it: whatever the URL's host, the call goes to the one socket. */
const service = {
  async fetch(input, init) {
    const request = new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const { statusCode, headers, body } = await pool.request({
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? null : Buffer.from(await request.arrayBuffer()),
    })
    return new Response(await body.arrayBuffer(), { status: statusCode, headers })
  },
}
const env = { VISION: service, EDGE: service, DEPLOYMENT: deployment }
const context = { waitUntil() {}, passThroughOnException() {} }

// workerd logs a rejection that nobody handles and goes on; Node would end the thread.
process.on('unhandledRejection', (reason) => console.error('unhandled rejection', reason))

try {
  const { default: app } = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  if (typeof app?.fetch !== 'function') throw new TypeError('the default export has no fetch')
  const listener = getRequestListener((request) => app.fetch(request, env, context), {
    overrideGlobalObjects: false,
  })
  createServer(listener).listen(socket, () => parentPort.postMessage({ listens: true }))
} catch (error) {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : 'Error: threw no error'
  parentPort.postMessage({ listens: false, said })
}
