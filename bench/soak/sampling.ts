// Memory, open files and threads of every process of the soak, at steady intervals. A process is known by its id and
// start time, so that one that was started anew is a life of its own. Of PostgreSQL the private memory of all backends is
// told: resident memory counts the shared buffers once for each of them.

import { readFile } from 'node:fs/promises'
import { processTree, type TreeProcess } from '../serve/rig/process-tree.ts'
import type { Look } from './pooled-slope.ts'
import type { SoakFleet } from './soak-fleet.ts'

export const MEASURES = ['memoryMb', 'fds', 'threads'] as const
export type Measure = (typeof MEASURES)[number]

export interface Sample {
  readonly atS: number
  /** "pi", "pi vision", ... */
  readonly process: string
  readonly life: string
  readonly memoryMb: number
  readonly fds: number
  readonly threads: number
}

export interface Sampler {
  readonly samples: Sample[]
  stop(): Promise<void>
}

export function startSampling(soak: SoakFleet, everyMs: number, beganMs: number): Sampler {
  const samples: Sample[] = []
  let running: Promise<void> = Promise.resolve()
  let isOver = false
  const look = async () => {
    const atS = (performance.now() - beganMs) / 1_000
    for (const name of ['control', 'pi', 'tx2'] as const) {
      const child = soak.fleet.process(name)
      if (child.isAlive) samples.push(...samplesOf(name, await processTree(child.pid), atS))
    }
    samples.push(...(await postgresSample(soak.postgresPid(), atS)))
  }
  const timer = setInterval(() => {
    // A process that goes while it is looked at is seen the next time.
    if (!isOver) running = running.then(look).catch(() => undefined)
  }, everyMs)
  return {
    samples,
    async stop() {
      isOver = true
      clearInterval(timer)
      await running
    },
  }
}

/** One for the process itself and one for each kind below it; those that are on their way in or out are other lives. */
function samplesOf(name: string, tree: readonly TreeProcess[], atS: number): Sample[] {
  return (
    tree
      // Those of the control plane are trainings and gates, which come and go.
      .filter(({ role }) => role === 'worker' || (name !== 'control' && role !== 'other'))
      .map(({ role, pid, startTicks, rssMb, fds, threads }) => ({
        atS,
        process: role === 'worker' ? name : `${name} ${role}`,
        life: `${pid} ${startTicks}`,
        ...{ memoryMb: rssMb, fds, threads },
      }))
  )
}

async function postgresSample(pid: number, atS: number): Promise<Sample[]> {
  const tree = await processTree(pid)
  if (tree.length === 0) return []
  const sum = (of: (one: TreeProcess) => number) => tree.reduce((total, one) => total + of(one), 0)
  return [
    {
      atS,
      process: 'postgres',
      life: `${pid} ${tree[0]!.startTicks}`,
      memoryMb: await postgresMemoryMb(pid),
      fds: sum((one) => one.fds),
      threads: sum((one) => one.threads),
    },
  ]
}

/** Of the postmaster and all its backends, without what they share. */
export async function postgresMemoryMb(postmaster: number): Promise<number> {
  const tree = await processTree(postmaster)
  const kilobytes = await Promise.all(tree.map(({ pid }) => anonymousKb(pid)))
  return kilobytes.reduce((a, b) => a + b, 0) / 1_024
}

async function anonymousKb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^RssAnon:\s+(\d+)/m.exec(text)?.[1] ?? 0)
}

export const processesOf = (samples: readonly Sample[]): string[] =>
  [...new Set(samples.map((s) => s.process))].sort()

export function livesOf(samples: readonly Sample[], process: string, measure: Measure): Look[][] {
  const lives = new Map<string, Look[]>()
  for (const sample of samples)
    if (sample.process === process)
      lives.set(sample.life, [...(lives.get(sample.life) ?? []), { atS: sample.atS, value: sample[measure] }])
  return [...lives.values()]
}
