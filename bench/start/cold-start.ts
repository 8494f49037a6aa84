// `npm run bench start`: how long it takes from a command to a process that answers, each against bare Node in the same turn
// (`node -e ''`: what no program in Node can be quicker than). Starts are second ones: database made, worker enrolled,
// deployment on its disk, as after a reboot. `npm start` as a whole: npm-start.ts.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { ensurePostgres } from '#db/embedded-postgres/ensure-postgres.ts'
import { tempFolder } from '#test/harness/temp-folder.ts'
import { until } from '#test/harness/until.ts'
import { observedFleet } from '#test/workers/observe/observed-fleet.ts'
import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { writeSection } from '../serve/rig/results.ts'
import { pairwiseSpread, spreadOf, told } from '../serve/rig/rounds.ts'

const READY_MAX_MS = 60_000

interface Starts {
  readonly node: number[]
  readonly postgres: number[]
  readonly control: number[]
  readonly pi: number[]
}

export async function benchStart({ quick }: BenchOptions): Promise<BenchLine[]> {
  const starts = await processStarts(quick ? 2 : 7)
  const what = {
    postgres: 'PostgreSQL alone',
    control: 'control plane to its first answer',
    pi: 'worker to ready',
  } as const
  await writeSection({
    title: 'Cold start',
    command: 'npm run bench start',
    how: `each stopped and started again in turns, ${starts.node.length} times, medians (least to most); second starts.`,
    rows: [
      ['', 'ms', 'over bare Node'],
      ["bare Node (`node -e ''`)", told(spreadOf(starts.node), 0), ''],
      ...(['postgres', 'control', 'pi'] as const).map((name) => [
        what[name],
        told(spreadOf(starts[name]), 0),
        told(pairwiseSpread(starts[name], starts.node, (a, b) => a / b)),
      ]),
    ],
  })
  const line = (name: 'control' | 'pi' | 'postgres'): BenchLine => {
    const ratio = pairwiseSpread(starts[name], starts.node, (a, b) => a / b)
    return {
      ...{
        name: `start: ${what[name]}, over bare Node`,
        ratio: ratio.median,
        bar: Number.NaN,
        spread: ratio,
      },
      detail: `${told(spreadOf(starts[name]), 0)} ms against ${told(spreadOf(starts.node), 0)} ms`,
    }
  }
  return [line('postgres'), line('control'), line('pi')]
}

async function processStarts(turns: number): Promise<Starts> {
  await using folder = await tempFolder('start')
  const at = { folder: path.join(folder.path, 'postgres') }
  let postgres = await ensurePostgres(at)
  const starts: Starts = { node: [], postgres: [], control: [], pi: [] }
  try {
    await using observed = await observedFleet(postgres.url, { LOG_LEVEL: 'warn' })
    await observed.promote({})
    const { fleet } = observed
    for (let turn = 0; turn < turns; turn++) {
      starts.node.push(await timed(bareNode))
      await fleet.process('pi').stop()
      starts.pi.push(
        await timed(async () => {
          await fleet.startDevice('pi')
          await until(
            'the worker serves',
            async () => (await fetch(`${fleet.url('pi')}/readyz`)).ok,
            READY_MAX_MS,
          )
        }),
      )
      await fleet.process('control').stop()
      await postgres.stop()
      starts.postgres.push(
        await timed(async () => {
          postgres = await ensurePostgres(at)
        }),
      )
      starts.control.push(
        await timed(async () => {
          await fleet.startControl()
          await fleet.api.trpc.devices.list.query({})
        }),
      )
    }
  } finally {
    await postgres.stop()
  }
  return starts
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

async function bareNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }), 'exit')
}
