// bench/results/soak.md: what an hour under faults has shown, in tables, and the lines that are judged.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BenchLine } from '../bench-line.ts'
import { markdownTable } from '../markdown-table.ts'
import { machineSentence } from '../report/machine.ts'
import { resultsFolder } from '../report/results-folder.ts'
import { type Failures, failuresOf } from './failures.ts'
import { FAULTS } from './faults.ts'
import { type PooledSlope, pooledSlope } from './pooled-slope.ts'
import { livesOf, MEASURES, type Measure, processesOf } from './sampling.ts'
import type { Soaked } from './soak.ts'
import { drawSoak } from './soak-plots.ts'

/** Heaps and pools take minutes at this rate to find their size. */
const POOL = { warmUpS: 240, stretchS: 60 }
/** In less than half an hour no life has much left after its warm-up. */
export const JUDGED_MIN = 30
const TOLD: Record<Measure, string> = { memoryMb: 'memory MB', fds: 'open files', threads: 'threads' }

interface Grown {
  readonly process: string
  readonly measure: Measure
  readonly slope: PooledSlope | undefined
}

const grownOf = ({ samples }: Soaked): Grown[] =>
  processesOf(samples).flatMap((process) =>
    MEASURES.map((measure) => ({
      process,
      measure,
      slope: pooledSlope(livesOf(samples, process, measure), POOL),
    })),
  )

export function linesOf(soaked: Soaked): BenchLine[] {
  const { found, faults, load, minutes, spool } = soaked
  const failures = failuresOf(soaked)
  const growing = grownOf(soaked).filter(({ slope }) => slope?.isGrowing)
  const lost = found.lost.length + found.double.length + found.other.length + spool.dropped
  const unwell = faults.filter(({ wellS, said }) => Number.isNaN(wellS) || said !== '')
  const none = (name: string, ratio: number, detail: string): BenchLine => ({
    name,
    ratio,
    bar: 0,
    detail,
    unit: 'count',
  })
  return [
    none(
      'soak: answers lost, double or stored otherwise',
      lost,
      `of ${load.answers.length} answers in ${minutes.toFixed(0)} min and ${faults.length} faults; ${found.unanswered} decisions of requests that were cut`,
    ),
    none(
      'soak: requests failed while their worker was alive',
      failures.requests.length,
      `of ${load.asked.length}; ${failures.cut} cut by the death of their worker`,
    ),
    none(
      'soak: admin reads failed while all was well',
      failures.reads.length,
      `of ${load.reads.length}; ${failures.readsInFaults} failed while control plane or database were away`,
    ),
    none(
      'soak: faults that were not recovered from',
      unwell.length,
      unwell.map((f) => `${f.name} ${f.said}`).join('; ') || `of ${faults.length}`,
    ),
    {
      ...none(
        'soak: what grows',
        growing.length,
        growing.map((g) => `${g.process} ${TOLD[g.measure]} ${told(g.slope)}`).join('; ') || 'nothing',
      ),
      bar: minutes < JUDGED_MIN ? Number.NaN : 0,
    },
  ]
}

function told(slope: PooledSlope | undefined): string {
  if (!slope) return '–'
  return `${slope.perHour.toFixed(2)} [${slope.low.toFixed(2)}, ${slope.high.toFixed(2)}]`
}

export async function writeSoak(soaked: Soaked): Promise<void> {
  const { minutes, plan, faults, load, found, spool, polls } = soaked
  const failures = failuresOf(soaked)
  const plot = await drawSoak(soaked, 'soak')
  const text = [
    '# Soak',
    `\`npm run bench -- soak --minutes ${minutes.toFixed(0)}\`: control plane, PostgreSQL (fsync on), pi and tx2 of the demo world as processes; ` +
      `${plan.imagesPerS} images/s at all preferences in turn, ${plan.readsPerS} admin reads/s, 40 more devices that hold long polls and report; ` +
      `a fault every ${plan.faultEveryS} s, ${FAULTS.length} kinds in turn. ${machineSentence()}`,
    ...(plot ? [`![](${plot})`] : []),
    '## Nothing lost',
    countsTable(soaked, failures),
    '## Faults',
    faultsTable(soaked),
    '## Nothing grows',
    `One slope for all lives of a process, with a 95 % interval; the first ${POOL.warmUpS / 60} minutes of each life are left out. ` +
      'Of PostgreSQL the private memory of all its processes.',
    markdownTable(
      ['process', '', 'mean', 'an hour', 'lives', 'verdict'],
      grownOf(soaked).map(({ process, measure, slope }) => [
        process,
        TOLD[measure],
        slope?.mean.toFixed(1) ?? '–',
        told(slope),
        String(slope?.lives ?? 0),
        slope === undefined ? 'too short' : slope.isGrowing ? 'grows' : 'flat',
      ]),
    ),
    ...(failures.requests.length + failures.reads.length > 0
      ? ['## What failed', failedList(soaked, failures)]
      : []),
    `Polls of the ${40} other devices, by status: ${JSON.stringify(polls)}. Spool of the pi at the end: ${spool.waiting} waiting, ${spool.dropped} dropped. ` +
      `${faults.length} faults; ${load.answers.length} answers read; ${found.unanswered} decisions of requests that were cut before their answer was read.`,
  ].join('\n\n')
  await mkdir(resultsFolder(), { recursive: true })
  await writeFile(path.join(resultsFolder(), 'soak.md'), `${text}\n`)
}

function countsTable({ load, found, spool }: Soaked, failures: Failures): string {
  const rows: [string, number | string][] = [
    ['answers read', load.answers.length],
    ['answers without a decision', found.lost.length],
    ['decisions stored twice', found.double.length],
    ['decisions that say something else than their answer', found.other.length],
    ['decisions dropped by the spool', spool.dropped],
    ['requests cut by the death of their worker', failures.cut],
    ['requests failed while their worker was alive', failures.requests.length],
    ['admin reads', load.reads.length],
    ['admin reads failed while control plane or database were away', failures.readsInFaults],
    ['admin reads failed otherwise', failures.reads.length],
  ]
  return markdownTable(
    ['', 'count'],
    rows.map(([what, count]) => [what, String(count)]),
  )
}

function faultsTable({ faults, load, beganMs }: Soaked): string {
  const kinds = FAULTS.map(({ name }) => name).filter((name) => faults.some((f) => f.name === name))
  return markdownTable(
    [
      'fault',
      'times',
      'well again after s, longest',
      'answers meanwhile, p50 and longest ms',
      'cut',
      'refused',
    ],
    kinds.map((kind) => {
      const of = faults.filter(({ name }) => name === kind)
      const meanwhile = load.asked.filter(({ atMs, tookMs }) =>
        of.some((f) => atMs + tookMs >= beganMs + f.atS * 1_000 && atMs <= beganMs + wellOf(f) * 1_000),
      )
      const ms = meanwhile
        .filter((a) => a.status === 200)
        .map((a) => a.tookMs)
        .sort((a, b) => a - b)
      return [
        kind,
        String(of.length),
        Math.max(...of.map((f) => f.wellS - f.endS)).toFixed(1),
        ms.length === 0 ? '–' : `${ms[ms.length >> 1]!.toFixed(0)}, ${ms.at(-1)!.toFixed(0)}`,
        String(meanwhile.filter((a) => a.status === 0).length),
        String(meanwhile.filter((a) => a.status !== 0 && a.status !== 200).length),
      ]
    }),
  )
}

const wellOf = ({ wellS, endS }: Soaked['faults'][number]) => (Number.isNaN(wellS) ? endS : wellS)

function failedList({ load, beganMs }: Soaked, { requests, reads }: Failures): string {
  const at = (ms: number) => `${((ms - beganMs) / 60_000).toFixed(2)} min`
  return [
    ...[...load.refusals].map(([said, count]) => `- ${count} refused: ${said}`),
    ...requests
      .slice(0, 10)
      .map((r) => `- request at ${at(r.atMs)}: ${r.status}, after ${r.tookMs.toFixed(0)} ms`),
    ...reads.slice(0, 10).map((r) => `- read at ${at(r.atMs)}: ${r.said}`),
  ].join('\n')
}
