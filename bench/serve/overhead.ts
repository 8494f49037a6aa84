// What serving costs on top of the work itself: a local worker over HTTP against the bare loop (bare/bare-loop-child.ts),
// with the same model, images and preprocessing. Latency is compared with one request at a time; throughput at the
// concurrency that is best for each. The worker runs twice: with the built-in function inside of it, and with the
// function in workerd, whose price is told apart. Router `always-local`: no features, no edge.

import type { BenchLine, BenchOptions } from '../bench-line.ts'
import { bareLoop } from './bare/bare-loop.ts'
import { bareServer } from './bare/bare-server.ts'
import { type Contender, httpContender, type Round } from './rig/contender.ts'
import { writeSection } from './rig/results.ts'
import {
  bestConcurrency,
  cpuMsEach,
  type Entry,
  pairwise,
  quantileMs,
  spreadOf,
  type TurnPlan,
  takeTurns,
  throughputOf,
  told,
} from './rig/rounds.ts'
import { servedDevice } from './rig/served-device.ts'
import { loadWorkload, type Workload } from './rig/workload.ts'

const P50_BAR = 1.1
const THROUGHPUT_BAR = 1 / 0.9
const WORKERD_BAR_MS = 1.5
/** Short rounds and many: a machine that is busy now and then spoils few of them. */
const ALONE = { turns: 15, durationMs: 700 }
/** Longer: with many in work, the first and the last ones of a round count for less. */
const FULL = { turns: 9, durationMs: 1_800 }
const QUICK = { turns: 3, durationMs: 500 }
const WARM_UP_CLIENTS = 6
const WARM_UP_MS = 25_000
const CONCURRENCIES = [1, 2, 3, 4, 6, 8]
const SCOUT_MS = 700

export async function benchOverhead({ quick }: BenchOptions): Promise<BenchLine[]> {
  const plans = quick ? { alone: QUICK, full: QUICK } : { alone: ALONE, full: FULL }
  const workload = await loadWorkload()
  const bare = await bareLoop(workload)
  const served = await bareServer(workload)
  const workerd = await worker('function in workerd', 'workerd', workload)
  const inline = await worker('function built in', 'inline', workload)
  const contenders = [bare, served, workerd, inline].filter((contender) => contender !== undefined)
  try {
    const agreement = await agreementOf(workload, await bare.classes(), workerd!.url)
    for (const contender of contenders)
      await contender.warmUp(WARM_UP_CLIENTS, quick ? QUICK.durationMs : WARM_UP_MS)
    const alone = await takeTurns(
      contenders.map((contender) => ({ contender, concurrency: 1 })),
      plans.alone,
    )
    const best: Entry[] = []
    for (const contender of contenders)
      best.push(await bestConcurrency(contender, CONCURRENCIES, quick ? QUICK.durationMs / 2 : SCOUT_MS))
    const full = await takeTurns(best, plans.full)
    await write(workload, { best, alone, full, agreement, plans })
    return linesOf(alone, full, workload)
  } finally {
    for (const contender of contenders) await contender[Symbol.asyncDispose]()
  }
}

/** Undefined where the worker does not know how to run its function so. */
async function worker(
  name: string,
  host: 'workerd' | 'inline',
  { model, images }: Workload,
): Promise<(Contender & { url: string }) | undefined> {
  const device = await servedDevice({ model, env: { TANDEM_FUNCTION_HOST: host } })
  const hasWorkerd = (await device.tree()).some(({ role }) => role === 'workerd')
  if (hasWorkerd !== (host === 'workerd')) {
    await device[Symbol.asyncDispose]()
    return undefined
  }
  return {
    ...httpContender(
      name,
      { pid: device.process.pid, url: device.url, path: '/v1/classify', images },
      device,
    ),
    url: device.url,
  }
}

/** The share of the images in which worker and bare loop name the same class: one that is fast by doing less is not. */
async function agreementOf({ images }: Workload, classes: readonly number[], url: string): Promise<number> {
  let same = 0
  for (const [i, image] of images.entries()) {
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body: image })
    const answer = (await response.json()) as { labels: { index: number }[] }
    if (answer.labels[0]!.index === classes[i]) same++
  }
  return same / images.length
}

const p50 = (round: Round) => quantileMs(round, 0.5)

function linesOf(alone: readonly Round[][], full: readonly Round[][], workload: Workload): BenchLine[] {
  const [bare, , workerd, inline] = alone
  const [bareFull, , workerdFull, inlineFull] = full
  const where = workload.isReference ? workload.model.name : `${workload.model.name} (small: says little)`
  const perBare = (mine: readonly Round[], its: readonly Round[]) =>
    pairwise(mine, its, (a, b) => throughputOf(b) / throughputOf(a))
  const skipped = 'this worker cannot run its function inside of it'
  const ratio = inline && pairwise(inline, bare!, (a, b) => p50(a) / p50(b))
  const share = inlineFull && perBare(inlineFull, bareFull!)
  const added = inline && pairwise(workerd!, inline, (a, b) => p50(a) - p50(b))
  return [
    {
      name: 'serve: p50 over bare loop',
      ratio: ratio?.median ?? Number.NaN,
      bar: P50_BAR,
      ...(ratio ? { spread: ratio } : {}),
      detail: ratio ? `${where}, ${told(ratio)}` : skipped,
    },
    {
      name: 'serve: bare loop over throughput',
      ratio: share?.median ?? Number.NaN,
      bar: THROUGHPUT_BAR,
      ...(share ? { spread: share } : {}),
      detail: share
        ? `${where}, ${told(share)}; with workerd ${told(perBare(workerdFull!, bareFull!))}`
        : skipped,
    },
    {
      name: 'serve: ms that workerd adds',
      ratio: added?.median ?? Number.NaN,
      bar: WORKERD_BAR_MS,
      unit: 'ms',
      ...(added ? { spread: added } : {}),
      detail: added
        ? `at the median, ${told(added)}`
        : `${skipped}; over the bare loop: ${told(pairwise(workerd!, bare!, (a, b) => p50(a) - p50(b)))} ms`,
    },
  ]
}

interface Measured {
  readonly best: readonly Entry[]
  readonly alone: readonly Round[][]
  readonly full: readonly Round[][]
  readonly agreement: number
  readonly plans: { readonly alone: TurnPlan; readonly full: TurnPlan }
}

function write(workload: Workload, { best, alone, full, agreement, plans }: Measured): Promise<void> {
  const spread = (rounds: readonly Round[], figure: (round: Round) => number, digits?: number) =>
    told(spreadOf(rounds.map(figure)), digits)
  return writeSection({
    title: 'Overhead over the bare loop',
    command: 'npm run bench overhead',
    how:
      `${workload.model.name}, one intra-op thread; ${workload.what}; ${plans.alone.turns} turns of ${plans.alone.durationMs / 1_000} s alone and ${plans.full.turns} of ` +
      `${plans.full.durationMs / 1_000} s at saturation for each, medians (least to most). Ratios are of rounds of one turn.`,
    rows: [
      [
        '',
        'p50 ms, one at a time',
        'p99 ms',
        'p50 over bare loop',
        'best concurrency',
        'images/s',
        'of the bare loop',
        'CPU ms an image',
        'CPU over bare loop',
      ],
      ...best.map(({ contender, concurrency }, i) => [
        contender.name,
        spread(alone[i]!, p50),
        spread(alone[i]!, (round) => quantileMs(round, 0.99)),
        told(pairwise(alone[i]!, alone[0]!, (a, b) => p50(a) / p50(b))),
        concurrency,
        spread(full[i]!, throughputOf, 1),
        told(pairwise(full[i]!, full[0]!, (a, b) => throughputOf(a) / throughputOf(b))),
        spread(full[i]!, cpuMsEach),
        told(pairwise(full[i]!, full[0]!, (a, b) => cpuMsEach(a) / cpuMsEach(b))),
      ]),
    ],
    notes: [
      `The worker names the same class as the bare loop for ${(agreement * 100).toFixed(1)} % of the images.`,
    ],
  })
}
