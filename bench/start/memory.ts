// `npm run bench memory`: what every process takes, idle (as started, after a pause) and while its worker is asked without a
// pause: of the whole system (control plane, PostgreSQL, pi, tx2 and what they start), in resident megabytes, of
// PostgreSQL the private ones. Against the bar for all processes together, as a share of it.

import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import type { Fleet } from '#test/harness/fleet.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { observedFleet } from '#test/workers/observe/observed-fleet.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { httpContender } from '../serve/rig/contender.ts'
import { processTree } from '../serve/rig/process-tree.ts'
import { writeSection } from '../serve/rig/results.ts'
import { spreadOf, told } from '../serve/rig/rounds.ts'
import { postgresMemoryMb } from '../soak/sampling.ts'

const BAR_MB = 1_500
const LOOKS = 8
const CONNECTIONS = 4

type Sizes = Map<string, number>

export async function benchMemory({ quick }: BenchOptions): Promise<BenchLine[]> {
  const lookEveryMs = quick ? 200 : 1_500
  await using folder = await tempFolder('memory')
  const postgres = await ensurePostgres({ folder: path.join(folder.path, 'postgres') })
  try {
    await using observed = await observedFleet(postgres.url, { LOG_LEVEL: 'warn' })
    await observed.promote({})
    const { fleet, images } = observed
    const look = () => sizesOf(fleet, postgres.pid)
    const watch = async (): Promise<Sizes[]> => {
      const sizes: Sizes[] = []
      for (let i = 0; i < LOOKS; i++) {
        await sleep(lookEveryMs)
        sizes.push(await look())
      }
      return sizes
    }
    const idle = await watch()
    const target = { pid: fleet.process('pi').pid, url: fleet.url('pi'), path: '/v1/classify', images }
    await using load = httpContender('pi', target)
    const running = load.run(CONNECTIONS, lookEveryMs * LOOKS)
    const loaded = await watch()
    await running
    return await report(idle, loaded)
  } finally {
    await postgres.stop()
  }
}

async function sizesOf(fleet: Fleet, postmaster: number): Promise<Sizes> {
  const sizes: Sizes = new Map()
  for (const name of ['control', 'pi', 'tx2'] as const)
    for (const { role, rssMb } of await processTree(fleet.process(name).pid)) {
      const of = role === 'worker' ? name : `${name}: ${name === 'control' ? 'what it starts' : role}`
      sizes.set(of, (sizes.get(of) ?? 0) + rssMb)
    }
  return sizes.set('postgres', await postgresMemoryMb(postmaster))
}

async function report(idle: readonly Sizes[], loaded: readonly Sizes[]): Promise<BenchLine[]> {
  const names = [...new Set([...idle, ...loaded].flatMap((sizes) => [...sizes.keys()]))].sort()
  const of = (sizes: readonly Sizes[], name: string) => spreadOf(sizes.map((one) => one.get(name) ?? 0))
  const total = (sizes: readonly Sizes[]) =>
    spreadOf(sizes.map((one) => [...one.values()].reduce((sum, mb) => sum + mb, 0)))
  const [all, busy] = [total(idle), total(loaded)]
  await writeSection({
    title: 'Memory of the processes',
    command: 'npm run bench memory',
    how: `control plane, PostgreSQL, pi and tx2 with a deployment of the demo world, ${LOOKS} looks idle and ${LOOKS} while ${CONNECTIONS} clients ask the pi without a pause; resident MB (of PostgreSQL private ones), medians (least to most).`,
    rows: [
      ['process', 'idle', 'under load'],
      ...names.map((name) => [name, told(of(idle, name), 0), told(of(loaded, name), 0)]),
      ['all', told(all, 0), told(busy, 0)],
    ],
  })
  const line = (when: string, spread: typeof all): BenchLine => ({
    ...{ name: `memory: all processes ${when}, of ${BAR_MB} MB`, ratio: spread.median / BAR_MB, bar: 1 },
    spread: { least: spread.least / BAR_MB, most: spread.most / BAR_MB },
    detail: `${told(spread, 0)} MB`,
  })
  return [line('idle', all), line('under load', busy)]
}
