// `node --import tsx bench/serve/slow-clients.ts [connections]`: a worker as a process of its own, well-behaved clients
// with one image after the other, and beside them 1,000 connections that are slow in every way: headers, body,
// reading, silence. All of them must be gone within 15 s, and no well-behaved client may fail, neither on connections
// that it keeps nor on new ones. Clients of both sorts share this machine's two cores with the worker.

import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { noisyJpeg } from '#test/vision/images.ts'
import { demoModel } from '#test/workers/front-door/front-door-rig.ts'
import { type SlowKind, slowClients } from '#test/workers/front-door/slow-clients.ts'
import { type LoadRow, lostOf, monotonicMs, quantileMs, startLoad } from '#test/workers/serve/load/load.ts'
import { servedDevice } from './rig/served-device.ts'

const GONE_MAX_MS = 15_000
const BEFORE_MS = 8_000
/** As long as the slow ones may stay, and a little. */
const DURING_MAX_MS = 20_000
const NEW_EVERY_MS = 50

const [count = 1_000] = process.argv.slice(2).map(Number)
const SHARES: readonly (readonly [SlowKind, number])[] = [
  ['headers', 0.33],
  ['body', 0.33],
  ['unread', 0.3],
  ['reading', 0.02],
  ['blank', 0.01],
  ['silent', 0.01],
]

await using device = await servedDevice({ model: { name: 'light', ...(await demoModel('mobilenet_v1')) } })
const image = await noisyJpeg(64, 64)
const kept = startLoad({ url: device.url, image, connections: 2, requests: Number.MAX_SAFE_INTEGER })
const fresh: LoadRow[] = []
let isDone = false
const newcomers = (async () => {
  while (!isDone) {
    fresh.push(await askOnNewConnection())
    await sleep(NEW_EVERY_MS)
  }
})()
await sleep(2_000)
const beforeMs = monotonicMs()
await sleep(BEFORE_MS)
const slowMs = monotonicMs()
const crowds = SHARES.map(([kind, share]) => ({
  kind,
  clients: slowClients(device.url, kind, count * share),
}))
await Promise.race([Promise.all(crowds.map(({ clients }) => clients.gone)), sleep(DURING_MAX_MS)])
const endMs = monotonicMs()
isDone = true
await newcomers
await kept.stop()

const goneMs = crowds.flatMap(({ clients }) => clients.goneAfterMs)
const left = crowds.reduce((sum, { clients }) => sum + clients.open, 0)
for (const { kind, clients } of crowds)
  console.log(
    `${kind}: ${clients.goneAfterMs.length} gone, the last after ${Math.max(...clients.goneAfterMs).toFixed(0)} ms`,
  )
console.log(`slow clients left: ${left}; the last was gone after ${Math.max(...goneMs).toFixed(0)} ms`)
const during = { beginMs: slowMs, endMs }
const lost = [
  told('on kept connections, before', kept.rows, { beginMs: beforeMs, endMs: slowMs }),
  told('on kept connections, during', kept.rows, during),
  told('on new connections, before', fresh, { beginMs: beforeMs, endMs: slowMs }),
  told('on new connections, during', fresh, during),
].reduce((sum, n) => sum + n, 0)
for (const error of new Set(kept.errors)) console.log(`said: ${error}`)
for (const { clients } of crowds) clients[Symbol.dispose]()
if (left > 0 || lost > 0 || Math.max(...goneMs) > GONE_MAX_MS) process.exitCode = 1

function told(what: string, all: readonly LoadRow[], window: { beginMs: number; endMs: number }): number {
  const rows = all.filter((row) => row.beginMs >= window.beginMs && row.beginMs < window.endMs)
  const ms = (p: number) => `${quantileMs(rows, p).toFixed(1)} ms`
  console.log(
    `${what}: ${rows.length} requests, ${lostOf(rows)} failed, p50 ${ms(0.5)}, p99 ${ms(0.99)}, longest ${ms(1)}`,
  )
  return lostOf(rows)
}

async function askOnNewConnection(): Promise<LoadRow> {
  const beginMs = monotonicMs()
  let status = 0
  try {
    const { statusCode, body } = await request(`${device.url}/v1/classify`, {
      method: 'POST',
      body: image,
      reset: true,
    })
    await body.dump()
    status = statusCode
  } catch (error) {
    console.log(`said: ${(error as Error).message}`)
  }
  return { beginMs, endMs: monotonicMs(), status, byFallback: false }
}
