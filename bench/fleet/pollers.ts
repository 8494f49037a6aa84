// `node --import tsx bench/fleet/pollers.ts [devices] [groups] [edges a group] [seconds of holding]
// [tell|ask]`: a fleet polls the control plane. Real are its process, PostgreSQL, HTTP, keys, tokens and signatures; the devices run nothing.
//
// First everybody is told what was promoted. Then the fleet asks without a pause over a few connections: how many
// requests a second the control plane can take. Then each device holds a long poll and reports after each answer, as
// agents do: what a fleet costs that has nothing to hear. Of jobs it is told by its polls, or asks every second. In the midst of it something is promoted: when has the last
// device been told. CPU and memory are of the control plane's process and of PostgreSQL, from /proc.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { slopeOf } from '../serve/process-size.ts'
import type { LoadCommand, LoadLook } from './pollers-load.ts'
import { type BenchPlane, insertFleet, openBenchPlane } from './pollers-plane.ts'
import { loadAverage, postgresUsage, processUsage } from './pollers-usage.ts'

const [devices = 10_000, groups = 100, edgesPerGroup = 2, holdS = 30] = process.argv.slice(2, 6).map(Number)
const jobs = process.argv[6] === 'ask' ? 'ask' : 'tell'

const SATURATE_S = 10
const CONNECTIONS = 64
/** As the long poll takes: answers are spread evenly over it. */
const RAMP_S = 20

const TOLD_MAX_S = 90
const JOBS = 10

await using plane = await openBenchPlane(groups)
const fleet = await insertFleet(plane.rig, { devices, groups, edgesPerGroup })
const file = path.join(plane.folder, 'fleet.json')
await writeFile(file, JSON.stringify(fleet))
const load = fork(path.join(import.meta.dirname, 'pollers-load.ts'), [plane.url, file], {
  execArgv: ['--import', 'tsx'],
})
await once(load, 'message')
const command = async (what: LoadCommand): Promise<LoadLook> => {
  load.send(what)
  const [answer] = (await once(load, 'message')) as [LoadLook]
  return answer
}

const usage = () => {
  const { cpuS, rssMb } = processUsage(plane.pid)
  const postgres = postgresUsage(plane.postmaster)
  return { cpuS, rssMb, postgresS: postgres.cpuS, backends: postgres.backends, atMs: performance.now() }
}
type Usage = ReturnType<typeof usage>

const sum = (counts: Readonly<Record<number, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
const told = (look: LoadLook, ids: readonly string[]) => ids.reduce((n, id) => n + (look.told[id] ?? 0), 0)

function print(what: string, before: Usage, look: LoadLook): void {
  const now = usage()
  const seconds = (now.atMs - before.atMs) / 1_000
  const requests = sum(look.polls) + sum(look.reports) + sum(look.asked)
  const per = (s: number) => `${((s * 1_000) / requests).toFixed(3)} s a 1,000`
  const share = (s: number) => `${((s / seconds) * 100).toFixed(0)} % of a core`
  const [plain, postgres] = [now.cpuS - before.cpuS, now.postgresS - before.postgresS]
  console.log(`\n${what} (${seconds.toFixed(1)} s, load average ${loadAverage()})`)
  console.log(
    `  ${requests} requests, ${(requests / seconds).toFixed(0)}/s: polls ${JSON.stringify(look.polls)}, ` +
      `reports ${JSON.stringify(look.reports)}, for jobs ${JSON.stringify(look.asked)}, ${look.open} polls open; ` +
      `${(requests / seconds / devices).toFixed(3)}/s a device`,
  )
  console.log(
    `  p50 ${look.p50Ms.toFixed(1)} ms, p99 ${look.p99Ms.toFixed(1)}, longest ${look.maxMs.toFixed(1)}`,
  )
  console.log(
    `  control plane ${plain.toFixed(2)} s CPU, ${per(plain)}, ${share(plain)}; ${now.rssMb.toFixed(0)} MB`,
  )
  console.log(
    `  PostgreSQL ${postgres.toFixed(2)} s CPU, ${per(postgres)}, ${share(postgres)}; ${now.backends} connections`,
  )
  console.log(`  load ${look.cpuS.toFixed(2)} s CPU`)
  for (const error of look.errors) console.log(`  said: ${error}`)
}

async function tellAll(ids: readonly string[], maxS: number): Promise<LoadLook> {
  const until = performance.now() + maxS * 1_000
  const none = () => ({}) as Record<number, number>
  const all = { polls: none(), reports: none(), asked: none(), cpuS: 0 }
  for (;;) {
    await sleep(250)
    const look = await command({ do: 'look' })
    for (const kind of ['polls', 'reports', 'asked'] as const)
      for (const [status, n] of Object.entries(look[kind]))
        all[kind][Number(status)] = (all[kind][Number(status)] ?? 0) + n
    all.cpuS += look.cpuS
    if (told(look, ids) >= devices || performance.now() > until) return { ...look, ...all }
  }
}

async function promoted(what: string, plane: BenchPlane): Promise<void> {
  const before = usage()
  const startedAtMs = Date.now()
  const ids = await plane.promote()
  const promotedMs = Date.now() - startedAtMs
  const look = await tellAll(ids, TOLD_MAX_S)
  print(what, before, look)
  const lastMs = look.lastToldAtMs - startedAtMs
  const count = told(look, ids)
  console.log(
    `  promoted in ${promotedMs} ms; ${count} of ${devices} told, the last ${(lastMs / 1_000).toFixed(1)} s after ` +
      `the first promotion began: ${((count * 1_000) / lastMs).toFixed(0)} signatures a second`,
  )
}

/** How soon devices hear of a job that is queued while they have nothing to do. */
async function queued(plane: BenchPlane): Promise<void> {
  const delaysMs: number[] = []
  for (let i = 0; i < JOBS; i++) {
    const names = [`local-${devices - 1 - i}`]
    const startedAtMs = Date.now()
    await plane.rig.control.admin.profiles.create.mutate({
      dataset: 'scenes',
      models: ['light'],
      devices: names,
    })
    for (let heard = 0; heard <= i; await sleep(20)) heard = (await command({ do: 'look' })).jobsAtMs.length
    const { jobsAtMs } = await command({ do: 'look' })
    delaysMs.push(jobsAtMs.at(-1)! - startedAtMs)
  }
  const sorted = delaysMs.toSorted((a, b) => a - b)
  console.log(`\na job is heard of after ${sorted[JOBS >> 1]} ms, at most ${sorted.at(-1)} (${JOBS} jobs)`)
}

console.log(
  `${devices} devices in ${groups} groups, ${edgesPerGroup} of them edge devices in each; ${os.cpus().length} cores ` +
    `of ${os.cpus()[0]?.model}, Node ${process.version}, load average ${loadAverage()}`,
)
let before = usage()
const first = await plane.promote()
await command({ do: 'hold', rampS: 0, jobs })
const start = await tellAll(first, TOLD_MAX_S)
print('the first manifest of everybody', before, start)
await command({ do: 'release' })
await sleep(1_000)

await command({ do: 'look' })
before = usage()
print(
  `without a pause, ${CONNECTIONS} connections`,
  before,
  await command({ do: 'saturate', seconds: SATURATE_S, connections: CONNECTIONS }),
)

await command({ do: 'hold', rampS: RAMP_S, jobs })
await sleep(RAMP_S * 1_000 + 2_000)
await command({ do: 'look' })
before = usage()
const rss: number[] = []
for (let s = 0; s < holdS; s++) {
  await sleep(1_000)
  rss.push(usage().rssMb)
}
print('a long poll each', before, await command({ do: 'look' }))
const middle = rss[Math.floor(rss.length / 2)]!
console.log(
  `  memory ${rss[0]!.toFixed(0)} MB, in the middle ${middle.toFixed(0)}, at the end ${rss.at(-1)!.toFixed(0)}: ` +
    `${((slopeOf(rss) * 60 * 1_024) / 1_024).toFixed(2)} MB a minute`,
)
await queued(plane)
await promoted('a promotion', plane)
console.log(`  ${usage().rssMb.toFixed(0)} MB`)
await command({ do: 'release' })
load.disconnect()
