// `npm run bench -- polls`: devices that ask without a pause whether they should run something else, and should not: 304.
// Beside it the same load on a bare Hono route that answers 304 to anybody (bare-route.ts). The load signs tokens as
// agents do, one for twenty seconds; the bare route does not look at them. They take turns, over as many connections.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchLine } from '../bench-line.ts'
import type { LoadCommand, LoadLook } from '../fleet/pollers-load.ts'
import { insertFleet, openBenchPlane } from '../fleet/pollers-plane.ts'
import { postgresUsage, processUsage } from '../fleet/pollers-usage.ts'
import { writeSection } from '../serve/rig/results.ts'
import { spreadOf, told } from '../serve/rig/rounds.ts'
import { CONTROL } from './control-results.ts'

const DEVICES = 300
const GROUPS = 5
const CONNECTIONS = 64
const SECONDS = 4
const TURNS = 5
/** Of the bare route's requests a second. */
const BAR = 0.7

interface Round {
  readonly perS: number
  readonly serverUs: number
  readonly postgresUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function benchPolls(): Promise<BenchLine[]> {
  await using plane = await openBenchPlane(GROUPS)
  const fleet = await insertFleet(plane.rig, { devices: DEVICES, groups: GROUPS, edgesPerGroup: 2 })
  await plane.promote()
  const file = path.join(plane.folder, 'fleet.json')
  await writeFile(file, JSON.stringify(fleet))
  const bare = child('./bare-route.ts')
  const loads: ChildProcess[] = []
  try {
    const [{ ready: bareUrl }] = (await once(bare, 'message')) as [{ ready: string }]
    const against = async (url: string, pid: number, postmaster?: number) => {
      const load = child('../fleet/pollers-load.ts', [url, file])
      loads.push(load)
      await once(load, 'message')
      // Everybody is told what there is, which takes its time, and all is warm.
      while (((await saturate(load)).polls[200] ?? 0) > 0);
      return () => round(load, pid, postmaster)
    }
    const ours = await against(plane.url, plane.pid, plane.postmaster)
    const theirs = await against(bareUrl, bare.pid!)
    const rounds: { ours: Round; theirs: Round }[] = []
    for (let turn = 0; turn < TURNS; turn++) rounds.push({ ours: await ours(), theirs: await theirs() })
    return await report(rounds)
  } finally {
    for (const one of [...loads, bare]) if (one.connected) one.disconnect()
  }
}

const child = (file: string, args: readonly string[] = []) =>
  fork(path.join(import.meta.dirname, file), args, { execArgv: ['--import', 'tsx'] })

async function saturate(load: ChildProcess): Promise<LoadLook> {
  load.send({ do: 'saturate', seconds: SECONDS, connections: CONNECTIONS } satisfies LoadCommand)
  return ((await once(load, 'message')) as [LoadLook])[0]
}

async function round(load: ChildProcess, pid: number, postmaster: number | undefined): Promise<Round> {
  const usage = () => ({
    server: processUsage(pid).cpuS,
    postgres: postmaster === undefined ? 0 : postgresUsage(postmaster).cpuS,
  })
  const before = usage()
  const look = await saturate(load)
  const after = usage()
  const polls = Object.values(look.polls).reduce((a, b) => a + b, 0)
  if (look.errors.length > 0 || (look.polls[304] ?? 0) === 0)
    throw new Error(`Cannot measure polls: ${JSON.stringify(look.polls)} ${look.errors.join(', ')}`)
  return {
    perS: polls / look.seconds,
    serverUs: ((after.server - before.server) / polls) * 1e6,
    postgresUs: ((after.postgres - before.postgres) / polls) * 1e6,
    ...{ p50Ms: look.p50Ms, p99Ms: look.p99Ms },
  }
}

async function report(rounds: readonly { ours: Round; theirs: Round }[]): Promise<BenchLine[]> {
  const of = (pick: (round: { ours: Round; theirs: Round }) => number) => spreadOf(rounds.map(pick))
  const ratio = of(({ ours, theirs }) => ours.perS / theirs.perS)
  const cpu = of(({ ours, theirs }) => ours.serverUs / theirs.serverUs)
  const row = (name: string, who: 'ours' | 'theirs') => [
    name,
    told(
      of((r) => r[who].perS),
      0,
    ),
    told(
      of((r) => r[who].serverUs),
      0,
    ),
    told(
      of((r) => r[who].postgresUs),
      0,
    ),
    `${of((r) => r[who].p50Ms).median.toFixed(0)}, ${of((r) => r[who].p99Ms).median.toFixed(0)}`,
  ]
  await writeSection(
    {
      title: 'Manifest polls',
      command: 'npm run bench -- polls',
      how:
        `${DEVICES} devices in ${GROUPS} groups, ${CONNECTIONS} connections, ${TURNS} turns of ${SECONDS} s for each, ` +
        'medians (least to most). Each device signs a token every 20 s, as agents do.',
      rows: [
        ['', '304 a second', 'CPU us each, server', 'PostgreSQL', 'p50, p99 ms'],
        row('the control plane', 'ours'),
        row('a bare Hono route', 'theirs'),
        ['ours over bare', told(ratio), told(cpu), '', ''],
      ],
    },
    CONTROL,
  )
  return [
    {
      name: 'polls, 0.7 of a bare Hono route over measured',
      ratio: BAR / ratio.median,
      bar: 1,
      detail: `${told(ratio)} of a bare route's 304s a second, ${told(cpu)} of its CPU`,
    },
  ]
}
