// `node --import tsx bench/serve/black-hole.ts`: an edge that is lost in every way there is, and what clients notice.
// Device and edge are processes in networks of their own (unshare, ip, tc: Linux), so that packets can be dropped for
// good. Added is what requests that want the edge take beyond those that want the local tier, asked meanwhile.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { table } from '#admin/cli/table.ts'
import { until } from '#test/harness/until.ts'
import { noisyJpeg } from '#test/vision/images.ts'
import { outFile } from '../report/run-script.ts'
import { type Asked, Clients } from './black-hole/clients.ts'
import { LINE_PORT, type Order } from './black-hole/edge-child.ts'
import type { Spoil } from './black-hole/line.ts'
import { EDGE_HOST, inOwnNetwork, layCable } from './black-hole/own-network.ts'

const WELL_MS = 1_500
const FIRST_MS = 1_000
const AFTER_MS = 3_000
const RECOVERY_MAX_MS = 5_000
const FIRST_ADDED_MAX_MS = 250
const AFTER_ADDED_MAX_MS = 1
/** More than the machine's noise. */
const WAITED_MS = 100

interface Fault {
  readonly name: string
  begin(): Promise<unknown> | unknown
  end(): Promise<unknown> | unknown
}

export interface Row {
  readonly name: string
  readonly localMs: number
  /** Of those that were under way in the first second, how many noticed. */
  readonly waited: number
  readonly first: { readonly p50Ms: number; readonly maxMs: number }
  readonly after: { readonly p50Ms: number; readonly maxMs: number; readonly pairs: number }
  readonly failed: number
  readonly recoveryMs: number
}

export interface LostEdge {
  readonly rows: readonly Row[]
  /** What requests took, from when the edge was lost. */
  readonly times: readonly {
    readonly fault: string
    readonly atS: number
    readonly ms: number
    readonly kind: string
    readonly mendedS: number
  }[]
}

const file = (name: string) => fileURLToPath(new URL(`./black-hole/${name}`, import.meta.url))

async function told(child: ChildProcess, order?: Order | { edges: string[] }): Promise<unknown> {
  if (order) child.send(order)
  const [message] = await once(child, 'message')
  return message
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

async function measure(clients: Clients, fault: Fault, times: LostEdge['times'][number][]): Promise<Row> {
  clients.isAlone = false
  await until('the edge answers', () => clients.asked.slice(-6).some(({ tier }) => tier === 'edge'))
  await sleep(WELL_MS)
  const brokenAt = performance.now()
  await fault.begin()
  await sleep(FIRST_MS)
  clients.isAlone = true
  await sleep(AFTER_MS)
  const mendedAt = performance.now()
  await fault.end()
  const isBack = ({ atMs, tier }: Asked) => atMs > mendedAt && tier === 'edge'
  const back = await until('the edge is found again', () => clients.asked.find(isBack), 30_000)
  const seconds = (ms: number) => Number(((ms - brokenAt) / 1_000).toFixed(3))
  for (const { atMs, tookMs: ms, isLocalOnly, tier } of clients.asked)
    if (atMs > brokenAt - WELL_MS)
      times.push({
        ...{ fault: fault.name, atS: seconds(atMs), ms: Number(ms.toFixed(2)), mendedS: seconds(mendedAt) },
        kind: isLocalOnly ? 'asked for local' : `wanted the edge, answered by ${tier ?? 'nobody'}`,
      })
  const afterAt = brokenAt + FIRST_MS
  // Whoever was under way as the edge was lost waits for it too.
  const first = clients.asked.filter(({ atMs, tookMs }) => atMs < afterAt && atMs + tookMs > brokenAt)
  const pairs = clients.pairs.filter(({ atMs }) => atMs >= afterAt && atMs < mendedAt)
  const tookMs = (isLocalOnly: boolean) =>
    first.filter((one) => one.isLocalOnly === isLocalOnly).map((one) => one.tookMs)
  const localMs = quantile(tookMs(true), 0.5)
  const edgeAfterMs = pairs.map((pair) => pair.edgeMs)
  const localAfterMs = pairs.map((pair) => pair.localMs)
  return {
    name: fault.name,
    localMs: quantile(localAfterMs, 0.5),
    waited: tookMs(false).filter((ms) => ms > localMs + WAITED_MS).length,
    first: { p50Ms: quantile(tookMs(false), 0.5) - localMs, maxMs: Math.max(...tookMs(false)) - localMs },
    after: {
      p50Ms: quantile(edgeAfterMs, 0.5) - quantile(localAfterMs, 0.5),
      maxMs: Math.max(...edgeAfterMs) - Math.max(...localAfterMs),
      pairs: pairs.length,
    },
    failed: clients.asked.filter(({ atMs, tier }) => atMs > brokenAt && tier === null).length,
    recoveryMs: back.atMs + back.tookMs - mendedAt,
  }
}

const isMissed = (row: Row): boolean =>
  row.failed > 0 ||
  row.recoveryMs > RECOVERY_MAX_MS ||
  row.first.maxMs > FIRST_ADDED_MAX_MS ||
  row.after.p50Ms > AFTER_ADDED_MAX_MS

async function inside(): Promise<void> {
  const args = ['-n', process.execPath, '--import', 'tsx', file('edge-child.ts')]
  const edge = spawn('unshare', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const pi = fork(file('pi-child.ts'), { execArgv: ['--import', 'tsx'] })
  try {
    const cable = await layCable(edge.pid!)
    await Promise.all([told(edge), told(pi)])
    await told(edge, { open: true })
    const { url } = (await told(pi, { edges: [`http://${EDGE_HOST}:${LINE_PORT}`] })) as { url: string }
    const spoiled = (name: string, spoil: Spoil): Fault => ({
      name,
      begin: () => told(edge, { spoil }),
      end: () => told(edge, { spoil: 'none' }),
    })
    const faults: Fault[] = [
      { name: 'packets dropped', begin: () => cable.cut(), end: () => cable.mend() },
      { name: 'process frozen', begin: () => edge.kill('SIGSTOP'), end: () => edge.kill('SIGCONT') },
      spoiled('refused', 'refuse'),
      spoiled('reset', 'reset'),
      spoiled('silent', 'swallow'),
      spoiled('slow drip', 'drip'),
      spoiled('status 500', 'error'),
      spoiled('garbage', 'garbage'),
      spoiled('half an answer', 'half'),
    ]
    const rows: Row[] = []
    const times: LostEdge['times'][number][] = []
    const some = process.argv.indexOf('--faults')
    await using clients = new Clients(url, await noisyJpeg(224, 224))
    for (const fault of some < 0 ? faults : faults.slice(0, Number(process.argv[some + 1]))) {
      console.error(`${fault.name} ...`)
      rows.push(await measure(clients, fault, times))
    }
    report(rows)
    const out = outFile(process.argv)
    if (out) await writeFile(out, JSON.stringify({ rows, times } satisfies LostEdge))
  } finally {
    edge.kill('SIGCONT')
    edge.disconnect()
    pi.disconnect()
  }
}

const HEAD = [
  'edge',
  'local-only',
  'first second: p50',
  'max',
  'waited',
  'afterwards: p50',
  'max',
  'pairs',
  'failed',
  'back after',
  '',
]

function report(rows: readonly Row[]): void {
  const ms = (value: number, digits = 1) => value.toFixed(digits)
  const added = (value: number, digits = 1) => `${value < 0 ? '' : '+'}${ms(value, digits)}`
  const lines = rows.map((row) => [
    row.name,
    ms(row.localMs),
    added(row.first.p50Ms),
    added(row.first.maxMs),
    row.waited,
    added(row.after.p50Ms, 2),
    added(row.after.maxMs),
    row.after.pairs,
    row.failed,
    ms(row.recoveryMs, 0),
    isMissed(row) ? 'MISSED' : 'ok',
  ])
  console.log(table([HEAD, ...lines]))
  console.log(
    `Milliseconds, added to local-only (the maximum afterwards: to its maximum). Expected at most ` +
      `+${FIRST_ADDED_MAX_MS} in the first second, +${AFTER_ADDED_MAX_MS} at the median afterwards, none failed, back ` +
      `within ${RECOVERY_MAX_MS}`,
  )
  if (rows.some(isMissed)) process.exitCode = 1
}

await (process.argv.includes('--inside') ? inside() : inOwnNetwork(fileURLToPath(import.meta.url)))
