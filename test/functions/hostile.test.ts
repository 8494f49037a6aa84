// A function that wants out: to the internet, to this machine's own services, to the environment and the disk, to the
// images of others. In workerd each attempt fails, and the function is told so; nobody hears of it.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bench, startBench } from '#workers/dev/bench.ts'

/** Each answers what it got hold of, or throws. */
const ATTEMPTS = {
  internet: `(await fetch('https://example.com/')).status`,
  'internet by number': `(await fetch('http://93.184.216.34/')).status`,
  loopback: `(await fetch('http://127.0.0.1:PORT/')).status`,
  'loopback by name': `(await fetch('http://localhost:PORT/')).status`,
  'a socket': `await (await import('cloudflare:sockets')).connect('127.0.0.1:PORT').opened`,
  'a web socket': `(await fetch('http://127.0.0.1:PORT/', { headers: { upgrade: 'websocket' } })).status`,
  environment: `process.env.PATH.length`,
  disk: `(await import('node:fs')).readFileSync('/etc/passwd', 'utf8')`,
  'a file by fetch': `await (await fetch('file:///etc/passwd')).text()`,
  'a process': `(await import('node:child_process')).execSync('id')`,
  'code from text': `new Function('return 1')()`,
  'require()': `require('node:fs')`,
  'the host through a binding': `await through(env.VISION, 'http://127.0.0.1:PORT/secret')`,
  'the image of another': `await through(env.VISION, 'http://vision/infer', { image: 'guessed', topK: 1 })`,
  'a thousand views': `await views(env, request.headers.get('x-tandem-image'))`,
} as const

const code = (port: number) => `
async function through(binding, url, body = {}) {
  const response = await binding.fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(String(response.status))
  return response.text()
}
async function views(env, image) {
  for (let i = 0; i < 1000; i++)
    await through(env.VISION, 'http://vision/infer', { image, topK: 1, crop: { x: i / 2000, y: 0, width: 0.5, height: 1 } })
  return 'all'
}
const attempts = {
${Object.entries(ATTEMPTS)
  .map(
    ([name, js]) => `  ${JSON.stringify(name)}: async (request, env) => ${js.replace('PORT', String(port))},`,
  )
  .join('\n')}
}
export default {
  async fetch(request, env) {
    if (request.url.endsWith('/healthz')) return new Response('ok')
    const got = {}
    for (const [name, attempt] of Object.entries(attempts))
      got[name] = await attempt(request, env).then((value) => 'got ' + value, () => 'failed')
    return Response.json({
      labels: [{ index: 0, name: 'red', score: 1 }], tier: 'local', timingsMs: {},
      model: JSON.stringify({ got, env: Object.keys(env).sort(), process: typeof process }),
      decision: { router: 'none', version: 1, score: null, threshold: null, reason: 'routed' },
    })
  },
}`

let heard: string[]
let bench: Bench
let close: () => void
beforeAll(async () => {
  heard = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.end('a secret')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  bench = await startBench({ code: code((server.address() as AddressInfo).port) })
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  close()
})

test('every attempt fails, nobody outside hears of any, and the bindings are all that there is', async () => {
  const { model } = await bench.classify()
  const { got, env } = JSON.parse(model) as { got: Record<string, string>; env: string[] }
  expect(got).toEqual(Object.fromEntries(Object.keys(ATTEMPTS).map((name) => [name, 'failed'])))
  expect(env).toEqual(['DEPLOYMENT', 'EDGE', 'VISION'])
  expect(heard).toEqual([])
})
