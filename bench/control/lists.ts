// `npm run bench -- lists`: how long the lists, the looks at a rollout and the questions of polls take with 1,000,000
// decisions and 100,000 devices in the database: as queries, one at a time, and as calls over HTTP to the control plane's
// own process. Beside them the time of a query that reads nothing, which says how much of it is the machine's.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type HotQuery, hotQueries } from '#test/db/decisions/hot-queries.ts'
import { groupName, type SeedSize, seedFleet } from '#test/db/decisions/seeded-fleet.ts'
import type { BenchLine } from '../bench-line.ts'
import { writeSection } from '../serve/rig/results.ts'
import { type BenchPlane, openBenchPlane } from './bench-plane.ts'
import { CONTROL } from './control-results.ts'

const SIZE: SeedSize = { devices: 100_000, groups: 100, decisions: 1_000_000 }
/** Each is asked so often, in turns: what disturbs one disturbs all. */
const ASKED = 100
const WARM = 5
const BAR_MS = 20

interface Timed extends Pick<HotQuery, 'name'> {
  readonly ask: (i: number) => Promise<unknown>
  readonly judged: boolean
  readonly tookMs: number[]
}

export async function benchLists(): Promise<BenchLine[]> {
  await using plane = await openBenchPlane('lists')
  const { database } = plane
  console.error(`seeding ${SIZE.decisions} decisions of ${SIZE.devices} devices ...`)
  await seedFleet(database.pool, database.db, SIZE)
  const timed: Timed[] = [
    {
      name: 'a query that reads nothing',
      judged: false,
      ask: () => database.pool.query('select 1'),
      tookMs: [],
    },
    ...hotQueries(database.db, SIZE).map(({ name, kind, ask }) => ({
      name,
      ask,
      judged: kind !== 'ingest',
      tookMs: [],
    })),
    ...(await calls(plane)),
  ]
  for (let i = 0; i < WARM + ASKED; i++)
    for (const { ask, tookMs } of timed) {
      const begin = performance.now()
      await ask(i)
      if (i >= WARM) tookMs.push(performance.now() - begin)
    }
  return report(timed)
}

async function calls({ url, folder }: BenchPlane): Promise<Timed[]> {
  const key = (await readFile(path.join(folder, 'admin.key'), 'utf8')).trim()
  const headers = { authorization: `Bearer ${key}` }
  const fetchOk = async (at: string) => {
    const answer = await fetch(`${url}${at}`, { headers })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`Cannot ask "${at}": ${answer.status} ${text.slice(0, 200)}`)
  }
  const call = (procedure: string, input: object) =>
    fetchOk(`/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`)
  const timed = (name: string, ask: Timed['ask']): Timed => ({ name, ask, judged: true, tookMs: [] })
  return [
    timed('call decisions.list', () => call('decisions.list', {})),
    timed('call decisions.list, of a device', (i) =>
      call('decisions.list', { device: `device-${String(i).padStart(6, '0')}` }),
    ),
    timed('call devices.list', () => call('devices.list', {})),
    timed('call devices.list, of a group', (i) =>
      call('devices.list', { group: groupName(i % SIZE.groups) }),
    ),
    timed('GET /metrics', () => fetchOk('/metrics')),
  ]
}

async function report(timed: readonly Timed[]): Promise<BenchLine[]> {
  const figures = timed.map(({ name, judged, tookMs }) => {
    const sorted = tookMs.sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(ASKED - 1, Math.floor(share * ASKED))]!
    return { name, judged, p50: at(0.5), p95: at(0.95), most: at(1) }
  })
  await writeSection(
    {
      title: 'Lists',
      command: 'npm run bench -- lists',
      how:
        `${SIZE.decisions} decisions of 20 days in partitions by day, ${SIZE.devices} devices in ${SIZE.groups} groups; ` +
        `each asked ${ASKED} times in turn with the others, other rows each time, 50 rows a page.`,
      rows: [
        ['', 'p50 ms', 'p95 ms', 'slowest ms'],
        ...figures.map(({ name, p50, p95, most }) => [name, p50.toFixed(1), p95.toFixed(1), most.toFixed(1)]),
      ],
    },
    CONTROL,
  )
  return figures
    .filter(({ judged }) => judged)
    .map(({ name, p50, p95 }) => ({
      name,
      ratio: p95 / BAR_MS,
      bar: 1,
      detail: `p95 ${p95.toFixed(1)} ms, p50 ${p50.toFixed(1)}`,
    }))
}
