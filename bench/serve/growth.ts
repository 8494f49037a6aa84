// Whether a worker grows: many classify requests at saturation, while memory, open files and threads of the worker and
// of every process below it are looked at. Connections are opened anew every few seconds, so that those that are not
// let go of show. The second half of the run is judged: until then heaps and pools find their size.

import type { BenchLine } from '../bench-line.ts'
import { httpContender } from './rig/contender.ts'
import { type Role, type Size, sizesByRole } from './rig/process-tree.ts'
import { writeSection } from './rig/results.ts'
import { throughputOf } from './rig/rounds.ts'
import { servedDevice } from './rig/served-device.ts'
import { type Trend, trendOf } from './rig/trend.ts'
import { scenes } from './rig/workload.ts'

const CONNECTIONS = 8
const ROUND_MS = 5_000
const LOOK_EVERY_MS = 100
/** For a trend in half of them. */
const LOOKS_MIN = 100
const WARM_UP_SHARE = 0.5
/** Fewer are warm-up as a whole: what grows then is told and not judged. */
const JUDGED_MIN = 50_000
const MEASURES = ['rssMb', 'fds', 'threads'] as const
const TOLD = { rssMb: 'memory, MB', fds: 'open files', threads: 'threads' }
const SCENES = 32

interface Look {
  readonly done: number
  readonly sizes: ReadonlyMap<Role, Size>
}

interface Grown {
  readonly role: Role
  readonly measure: (typeof MEASURES)[number]
  readonly first: number
  readonly most: number
  readonly last: number
  readonly trend: Trend
}

export async function benchGrowth({ count }: { count: number }): Promise<BenchLine[]> {
  const { model, images } = await scenes(SCENES, 'mobilenet_v1')
  const device = await servedDevice({ model })
  await using load = httpContender(
    'worker',
    { pid: device.process.pid, url: device.url, path: '/v1/classify', images },
    device,
  )
  const looks: Look[] = []
  let done = 0
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    looks.push({ done, sizes: sizesByRole(await device.tree()) })
    isLooking = false
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  const rates: number[] = []
  try {
    while (done < count || looks.length < LOOKS_MIN) {
      const round = await load.run(CONNECTIONS, ROUND_MS)
      done += round.latenciesMs.length
      rates.push(throughputOf(round))
      const worker = looks.at(-1)!.sizes.get('worker')!
      console.error(
        `${done} requests, ${rates.at(-1)!.toFixed(0)}/s, worker ${worker.rssMb.toFixed(0)} MB, ` +
          `${worker.fds} files, ${worker.threads} threads`,
      )
    }
  } finally {
    clearInterval(timer)
  }
  const late = looks.slice(Math.floor(looks.length * WARM_UP_SHARE))
  const grown = [...late.at(-1)!.sizes.keys()].flatMap((role) =>
    MEASURES.map((measure) => growthOf(role, measure, looks, late)),
  )
  const judged = done - late[0]!.done
  await write(grown, { done, judged, looks: looks.length })
  const growing = grown.filter(({ trend }) => trend.isGrowing)
  return [
    {
      name: 'serve: what grows under load',
      ratio: growing.length,
      bar: done < JUDGED_MIN ? Number.NaN : 0,
      detail:
        growing.length === 0
          ? `nothing in the last ${judged} of ${done} requests`
          : growing.map((g) => `${g.role} ${TOLD[g.measure]} ${told(g.trend)}`).join('; '),
    },
  ]
}

function growthOf(
  role: Role,
  measure: (typeof MEASURES)[number],
  looks: readonly Look[],
  late: readonly Look[],
): Grown {
  const valuesOf = (of: readonly Look[]) => of.map(({ sizes }) => sizeOf(sizes.get(role), measure))
  const all = valuesOf(looks)
  return {
    role,
    measure,
    first: all[0]!,
    most: Math.max(...all),
    last: all.at(-1)!,
    trend: trendOf(valuesOf(late)),
  }
}

const sizeOf = (size: Size | undefined, measure: (typeof MEASURES)[number]) => size?.[measure] ?? 0

const told = ({ growth, growthLow, growthHigh }: Trend): string =>
  `${growth.toFixed(2)} [${growthLow.toFixed(2)}, ${growthHigh.toFixed(2)}]`

function write(grown: readonly Grown[], run: { done: number; judged: number; looks: number }): Promise<void> {
  const digits = (measure: string) => (measure === 'rssMb' ? 1 : 0)
  return writeSection({
    title: 'Growth',
    command: `npm run bench -- growth --count ${run.done}`,
    how:
      `one local worker, the demo's mobilenet_v1, rendered scenes as JPEG, ${CONNECTIONS} connections without a pause, opened anew ` +
      `every ${ROUND_MS / 1_000} s; ${run.looks} looks. Growth over the last ${run.judged} requests, with a 95 % interval.`,
    rows: [
      ['', '', 'first', 'most', 'last', 'growth', 'verdict'],
      ...grown.map(({ role, measure, first, most, last, trend }) => [
        role,
        TOLD[measure],
        first.toFixed(digits(measure)),
        most.toFixed(digits(measure)),
        last.toFixed(digits(measure)),
        told(trend),
        trend.isGrowing ? 'grows' : 'flat',
      ]),
    ],
  })
}
