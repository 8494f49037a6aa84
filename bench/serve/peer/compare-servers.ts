// This worker against servers of others that do the same: how many images a second each answers at its own best
// concurrency, and how long the slowest wait with as many clients for all. They take turns; what is told is medians over
// turns. The product is judged against whichever competitor is better.

import type { BenchLine } from '../../bench-line.ts'
import type { Contender, Round } from '../rig/contender.ts'
import {
  bestConcurrency,
  cpuMsEach,
  type Entry,
  pairwise,
  quantileMs,
  spreadOf,
  takeTurns,
  throughputOf,
  told,
} from '../rig/rounds.ts'

const CONCURRENCIES = [1, 2, 4, 8]
/** Clients at a time where tails are compared: what the front door takes without a queue. */
export const CROWD = 8

export interface ComparePlan {
  readonly turns: number
  readonly durationMs: number
  readonly scoutMs: number
  readonly warmUpMs: number
}

export const comparePlan = (isQuick: boolean): ComparePlan =>
  isQuick
    ? { turns: 2, durationMs: 600, scoutMs: 300, warmUpMs: 500 }
    : { turns: 5, durationMs: 2_500, scoutMs: 1_200, warmUpMs: 2_500 }

export interface Compared {
  readonly best: readonly Entry[]
  readonly full: readonly Round[][]
  readonly crowd: readonly Round[][]
}

/** The first contender is this worker. */
export async function compareServers(contenders: readonly Contender[], plan: ComparePlan): Promise<Compared> {
  for (const contender of contenders) await contender.run(CROWD, plan.warmUpMs)
  const best: Entry[] = []
  for (const contender of contenders) best.push(await bestConcurrency(contender, CONCURRENCIES, plan.scoutMs))
  const full = await takeTurns(best, plan)
  const crowd = await takeTurns(
    contenders.map((contender) => ({ contender, concurrency: CROWD })),
    plan,
  )
  return { best, full, crowd }
}

const p99 = (round: Round) => quantileMs(round, 0.99)

export interface JudgedAs {
  readonly throughput: { readonly name: string; readonly bar: number }
  readonly p99: { readonly name: string; readonly bar: number }
}

export function comparedLines({ full, crowd }: Compared, names: JudgedAs): BenchLine[] {
  const [ours, ...theirs] = full
  const [crowdOurs, ...crowdTheirs] = crowd
  const shares = theirs.map((its) => pairwise(its, ours!, (a, b) => throughputOf(a) / throughputOf(b)))
  const tails = crowdTheirs.map((its) => pairwise(crowdOurs!, its, (a, b) => p99(a) / p99(b)))
  const share = shares.reduce((a, b) => (a.median > b.median ? a : b))
  const tail = tails.reduce((a, b) => (a.median > b.median ? a : b))
  return [
    { ...names.throughput, ratio: share.median, spread: share, detail: told(share) },
    { ...names.p99, ratio: tail.median, spread: tail, detail: `${told(tail)} with ${CROWD} clients` },
  ]
}

export const skippedLines = (names: JudgedAs, why: string): BenchLine[] => [
  { ...names.throughput, ratio: Number.NaN, detail: why },
  { ...names.p99, ratio: Number.NaN, detail: why },
]

export function comparedRows({ best, full, crowd }: Compared): (string | number)[][] {
  const spread = (rounds: readonly Round[], figure: (round: Round) => number) =>
    told(spreadOf(rounds.map(figure)), 1)
  return [
    [
      ...['', 'best concurrency', 'images/s', 'CPU ms an image'],
      ...[`p50 ms with ${CROWD} clients`, `p99 ms with ${CROWD} clients`],
    ],
    ...best.map(({ contender, concurrency }, i) => [
      contender.name,
      concurrency,
      spread(full[i]!, throughputOf),
      spread(full[i]!, cpuMsEach),
      spread(crowd[i]!, (round) => quantileMs(round, 0.5)),
      spread(crowd[i]!, p99),
    ]),
  ]
}
