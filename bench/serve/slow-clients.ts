// `npm run bench -- slow-clients`: a worker as a process of its own, well-behaved clients with one image after the other,
// and beside them 1,000 connections that are slow in every way: headers, body, reading, silence. All of them must be gone
// within 15 s, and no well-behaved client may fail, neither on connections that it keeps nor on new ones. Clients of both
// sorts share this machine's two cores with the worker.

import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { noisyJpeg } from '#test/vision/images.ts'
import { demoModel } from '#test/workers/front-door/front-door-rig.ts'
import { type SlowKind, slowClients } from '#test/workers/front-door/slow-clients.ts'
import { type LoadRow, lostOf, monotonicMs, quantileMs, startLoad } from '#test/workers/serve/load/load.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { servedDevice } from './rig/served-device.ts'

const GONE_MAX_MS = 15_000
const SETTLE_MS = 2_000
const BEFORE_MS = 8_000
/** As long as the slow ones may stay, and a little. */
const DURING_MAX_MS = 20_000
const NEW_EVERY_MS = 50
const COUNT = { full: 1_000, quick: 100 }
const SHARES: readonly (readonly [SlowKind, number])[] = [
  ['headers', 0.33],
  ['body', 0.33],
  ['unread', 0.3],
  ['reading', 0.02],
  ['blank', 0.01],
  ['silent', 0.01],
]

export async function benchSlowClients({ quick }: BenchOptions): Promise<BenchLine[]> {
  const count = quick ? COUNT.quick : COUNT.full
  await using device = await servedDevice({ model: { name: 'light', ...(await demoModel('mobilenet_v1')) } })
  const image = await noisyJpeg(64, 64)
  const kept = startLoad({ url: device.url, image, connections: 2, requests: Number.MAX_SAFE_INTEGER })
  const newcomers = startNewcomers(device.url, image)
  await sleep(SETTLE_MS)
  const beforeMs = monotonicMs()
  await sleep(BEFORE_MS)
  const slowMs = monotonicMs()
  const crowds = SHARES.map(([kind, share]) => ({
    kind,
    clients: slowClients(device.url, kind, count * share),
  }))
  await Promise.race([Promise.all(crowds.map(({ clients }) => clients.gone)), sleep(DURING_MAX_MS)])
  const endMs = monotonicMs()
  const fresh = await newcomers.stop()
  await kept.stop()

  const left = crowds.reduce((sum, { clients }) => sum + clients.open, 0)
  const lastMs = (clients: { goneAfterMs: readonly number[] }) => Math.max(...clients.goneAfterMs)
  const goneMs = Math.max(...crowds.map(({ clients }) => lastMs(clients)))
  for (const { clients } of crowds) clients[Symbol.dispose]()
  const windows = { before: { beginMs: beforeMs, endMs: slowMs }, during: { beginMs: slowMs, endMs } }
  const rows = [...within(kept.rows, windows.during), ...within(fresh, windows.during)]
  const p99 = (all: readonly LoadRow[], when: keyof typeof windows) =>
    `${quantileMs(within(all, windows[when]), 0.99).toFixed(1)}`
  return [
    {
      name: 'serve: slow connections, until the last is gone',
      ratio: left > 0 ? Number.POSITIVE_INFINITY : goneMs / GONE_MAX_MS,
      bar: 1,
      detail:
        `${left} of ${count} left; the last gone after s: ` +
        crowds.map(({ kind, clients }) => `${kind} ${(lastMs(clients) / 1_000).toFixed(1)}`).join(', '),
    },
    {
      name: 'serve: well-behaved clients failed meanwhile',
      ratio: lostOf(rows),
      bar: 0,
      unit: 'requests',
      detail:
        `of ${rows.length}; p99 ${p99(kept.rows, 'before')} ms before, ${p99(kept.rows, 'during')} meanwhile on kept ` +
        `connections, ${p99(fresh, 'before')} and ${p99(fresh, 'during')} on new ones`,
    },
  ]
}

interface Window {
  readonly beginMs: number
  readonly endMs: number
}

const within = (all: readonly LoadRow[], { beginMs, endMs }: Window): LoadRow[] =>
  all.filter((row) => row.beginMs >= beginMs && row.beginMs < endMs)

/** One request after the other, each on a connection of its own. */
function startNewcomers(url: string, image: Uint8Array): { stop(): Promise<LoadRow[]> } {
  const rows: LoadRow[] = []
  let isDone = false
  const done = (async () => {
    while (!isDone) {
      rows.push(await askOnNewConnection(url, image))
      await sleep(NEW_EVERY_MS)
    }
  })()
  return {
    async stop() {
      isDone = true
      await done
      return rows
    },
  }
}

async function askOnNewConnection(url: string, image: Uint8Array): Promise<LoadRow> {
  const beginMs = monotonicMs()
  let status = 0
  try {
    const { statusCode, body } = await request(`${url}/v1/classify`, {
      method: 'POST',
      body: image,
      reset: true,
    })
    await body.dump()
    status = statusCode
  } catch {
    // Told by the status that it has not.
  }
  return { beginMs, endMs: monotonicMs(), status, byFallback: false }
}
