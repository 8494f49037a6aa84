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
  type Spread,
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
    : { turns: 5, durationMs: 2_500, scoutMs: 1_200, warmUpMs: 20_000 }

export interface Compared {
  readonly best: readonly Entry[]
  readonly full: readonly Round[][]
  readonly crowd: readonly Round[][]
  /** Of what no server can beat; the last of `full` too. */
  readonly limit?: readonly Round[]
}

/** The first contender is this worker; `limit` is what no server can beat, told beside them. */
export async function compareServers(
  servers: readonly Contender[],
  plan: ComparePlan,
  limit?: Contender,
): Promise<Compared> {
  const contenders = limit ? [...servers, limit] : servers
  for (const contender of contenders) await contender.warmUp(CROWD, plan.warmUpMs)
  const best: Entry[] = []
  for (const contender of contenders) best.push(await bestConcurrency(contender, CONCURRENCIES, plan.scoutMs))
  const full = await takeTurns(best, plan)
  const crowd = await takeTurns(
    contenders.map((contender) => ({ contender, concurrency: CROWD })),
    plan,
  )
  return { best, full, crowd, ...(limit && { limit: full.at(-1)! }) }
}

const p99 = (round: Round) => quantileMs(round, 0.99)

export interface JudgedAs {
  readonly throughput: { readonly name: string; readonly bar: number }
  readonly p99: { readonly name: string; readonly bar: number }
}

export function comparedLines({ full, crowd, limit }: Compared, names: JudgedAs): BenchLine[] {
  const servers = limit ? full.length - 1 : full.length
  const [ours, ...theirs] = full.slice(0, servers)
  const [crowdOurs, ...crowdTheirs] = crowd.slice(0, servers)
  const perSecond = (its: readonly Round[], mine: readonly Round[]) =>
    pairwise(its, mine, (a, b) => throughputOf(a) / throughputOf(b))
  const tails = crowdTheirs.map((its) => pairwise(crowdOurs!, its, (a, b) => p99(a) / p99(b)))
  const share = leader(theirs.map((its) => perSecond(its, ours!)))
  const tail = leader(tails)
  const ofLimit = limit && leader(theirs.map((its) => perSecond(its, limit)))
  const detail = ofLimit
    ? `${told(share)}; over the bare loop's, which is the limit: ${told(ofLimit)}`
    : told(share)
  return [
    { ...names.throughput, ratio: share.median, spread: share, detail },
    { ...names.p99, ratio: tail.median, spread: tail, detail: `${told(tail)} with ${CROWD} clients` },
  ]
}

const leader = (spreads: readonly Spread[]): Spread => spreads.reduce((a, b) => (a.median > b.median ? a : b))

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
