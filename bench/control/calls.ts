// `npm run bench calls`: what a call of the admin API costs beyond tRPC itself: devices.list over HTTP to the control
// plane's own process (key, role, database, the answer checked), beside a bare tRPC procedure (bare-trpc.ts) that answers
// the very same bytes from memory. They take turns, as many connections for both.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Pool } from 'undici'
import { seedFleet } from '#test/db/decisions/seeded-fleet.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { postgresUsage, processUsage } from '../fleet/pollers-usage.ts'
import { writeSection } from '../serve/rig/results.ts'
import { quantileOf, spreadOf, told } from '../serve/rig/rounds.ts'
import { openBenchPlane } from './bench-plane.ts'
import { CONTROL } from './control-results.ts'

const CONNECTIONS = 16
const SIZE = { devices: 1_000, groups: 10, decisions: 10_000 }
const CALL = `/trpc/devices.list?input=${encodeURIComponent(JSON.stringify({ limit: 20 }))}`

interface Turn {
  readonly perS: number
  readonly serverUs: number
  readonly postgresUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function benchCalls({ quick }: BenchOptions): Promise<BenchLine[]> {
  const [turns, durationMs] = quick ? [2, 500] : [7, 2_000]
  await using plane = await openBenchPlane('calls')
  await seedFleet(plane.database.pool, plane.database.db, SIZE)
  const key = (await readFile(path.join(plane.folder, 'admin.key'), 'utf8')).trim()
  const bare = fork(path.join(import.meta.dirname, 'bare-trpc.ts'), { execArgv: ['--import', 'tsx'] })
  try {
    const [{ ready: bareUrl }] = (await once(bare, 'message')) as [{ ready: string }]
    const headers = { authorization: `Bearer ${key}` }
    const { result } = (await (await fetch(`${plane.url}${CALL}`, { headers })).json()) as {
      result: { data: unknown }
    }
    bare.send({ answer: result.data })
    await once(bare, 'message')
    const take = (url: string, pid: number, postmaster?: number) =>
      takeTurn({ url, pid, headers, durationMs, ...(postmaster === undefined ? {} : { postmaster }) })
    const ours = () => take(plane.url, plane.pids.control, plane.pids.postgres)
    const theirs = () => take(bareUrl, bare.pid!)
    await ours()
    await theirs()
    const rounds: { ours: Turn; theirs: Turn }[] = []
    for (let i = 0; i < turns; i++) rounds.push({ ours: await ours(), theirs: await theirs() })
    return await report(rounds, `${turns} turns of ${durationMs / 1_000} s`)
  } finally {
    bare.disconnect()
  }
}

interface Target {
  readonly url: string
  readonly pid: number
  readonly postmaster?: number
  readonly headers: Record<string, string>
  readonly durationMs: number
}

async function takeTurn({ url, pid, postmaster, headers, durationMs }: Target): Promise<Turn> {
  const usage = () => ({
    server: processUsage(pid).cpuS,
    postgres: postmaster === undefined ? 0 : postgresUsage(postmaster).cpuS,
  })
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 })
  const tookMs: number[] = []
  const [before, beganMs] = [usage(), performance.now()]
  const lane = async () => {
    while (performance.now() < beganMs + durationMs) {
      const startedMs = performance.now()
      const { statusCode, body } = await pool.request({ method: 'GET', path: CALL, headers })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`Cannot measure calls: ${statusCode} ${text.slice(0, 200)}`)
      tookMs.push(performance.now() - startedMs)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  const [after, seconds] = [usage(), (performance.now() - beganMs) / 1_000]
  await pool.close()
  const sorted = tookMs.sort((a, b) => a - b)
  const each = (of: 'server' | 'postgres') => ((after[of] - before[of]) / tookMs.length) * 1e6
  return {
    ...{ perS: tookMs.length / seconds, serverUs: each('server'), postgresUs: each('postgres') },
    ...{ p50Ms: quantileOf(sorted, 0.5), p99Ms: quantileOf(sorted, 0.99) },
  }
}

async function report(rounds: readonly { ours: Turn; theirs: Turn }[], how: string): Promise<BenchLine[]> {
  const cpu = spreadOf(rounds.map(({ ours, theirs }) => ours.serverUs / theirs.serverUs))
  const rate = spreadOf(rounds.map(({ ours, theirs }) => theirs.perS / ours.perS))
  const row = (name: string, who: 'ours' | 'theirs') => {
    const of = (pick: (turn: Turn) => number, digits: number) =>
      told(spreadOf(rounds.map((r) => pick(r[who]))), digits)
    return [
      name,
      of((t) => t.perS, 0),
      of((t) => t.serverUs, 0),
      of((t) => t.postgresUs, 0),
      of((t) => t.p50Ms, 1),
      of((t) => t.p99Ms, 1),
    ]
  }
  await writeSection(
    {
      title: 'Calls of the admin API',
      command: 'npm run bench calls',
      how: `devices.list, 20 of ${SIZE.devices} devices, ${CONNECTIONS} connections; a bare tRPC procedure answers the same from memory; ${how} for each, medians (least to most).`,
      rows: [
        ['', 'calls/s', 'CPU us each, server', 'PostgreSQL', 'p50 ms', 'p99 ms'],
        row('the control plane', 'ours'),
        row('bare tRPC', 'theirs'),
        ['bare over ours, ours over bare', told(rate), told(cpu), '', '', ''],
      ],
    },
    CONTROL,
  )
  return [
    {
      ...{
        name: 'calls: bare tRPC over devices.list, calls a second',
        ratio: rate.median,
        bar: Number.NaN,
        spread: rate,
      },
      detail: `${told(cpu)} of its CPU; key, role, database and check of the answer are in it`,
    },
  ]
}
