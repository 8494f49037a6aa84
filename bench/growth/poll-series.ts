// What a manifest poll costs the control plane as devices grow: as many that poll without a pause as are enrolled, over HTTP
// to its own process, after everybody was told what there is. CPU of the control plane and of PostgreSQL for one poll:
// how many polls a second fit the machine follows from it, and it suffers less from what else the machine does.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchOptions } from '../bench-line.ts'
import type { LoadCommand, LoadLook } from '../fleet/pollers-load.ts'
import { insertFleet, openBenchPlane } from '../fleet/pollers-plane.ts'
import { postgresUsage, processUsage } from '../fleet/pollers-usage.ts'
import type { Series } from './cost-growth.ts'

const CONNECTIONS = 32
const SECONDS = 4
const PER_GROUP = 100
const BECAUSE =
  'answered from memory where somebody of its group was in the last 500 ms, which is rarer in 1,000 groups; what it grows to is a poll that asks the database'

export async function pollSeries({ quick, large }: BenchOptions): Promise<Series[]> {
  const sizes = quick ? [10, 50, 100] : [10, 100, 1_000, 10_000, ...(large ? [100_000] : [])]
  const points = []
  for (const size of sizes) {
    console.error(`  ${size} devices that poll ...`)
    points.push({ size, cost: await pollUs(size) })
  }
  return [{ what: 'a manifest poll', against: 'devices', unit: 'CPU us', points, because: BECAUSE }]
}

async function pollUs(devices: number): Promise<number> {
  const groups = Math.max(1, Math.ceil(devices / PER_GROUP))
  await using plane = await openBenchPlane(groups)
  const fleet = await insertFleet(plane.rig, { devices, groups, edgesPerGroup: 1 })
  await plane.promote()
  const file = path.join(plane.folder, 'fleet.json')
  await writeFile(file, JSON.stringify(fleet))
  const load = fork(path.join(import.meta.dirname, '../fleet/pollers-load.ts'), [plane.url, file], {
    execArgv: ['--import', 'tsx'],
  })
  try {
    await once(load, 'message')
    const saturate = async (seconds: number): Promise<LoadLook> => {
      load.send({ do: 'saturate', seconds, connections: CONNECTIONS } satisfies LoadCommand)
      return ((await once(load, 'message')) as [LoadLook])[0]
    }
    // Whoever has not polled yet gets a manifest, which is signed and stored.
    while (((await saturate(SECONDS)).polls[200] ?? 0) > 0);
    // And once more, for the compilers.
    await saturate(SECONDS)
    const usedS = () => processUsage(plane.pid).cpuS + postgresUsage(plane.postmaster).cpuS
    const before = usedS()
    const { polls } = await saturate(SECONDS)
    return ((usedS() - before) / Object.values(polls).reduce((a, b) => a + b, 0)) * 1e6
  } finally {
    load.disconnect()
  }
}
