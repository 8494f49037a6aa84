// Contenders take turns, in another order each time, so that a machine that gets busy slows all of them alike; what
// is compared is always two rounds of the same turn. The figures are medians over turns, with their range.

import type { Contender, Round } from './contender.ts'

export interface Entry {
  readonly contender: Contender
  readonly concurrency: number
}

export interface TurnPlan {
  readonly turns: number
  readonly durationMs: number
}

/** A list of rounds for each entry, in the order of the turns. */
export async function takeTurns(entries: readonly Entry[], plan: TurnPlan): Promise<Round[][]> {
  const rounds: Round[][] = entries.map(() => [])
  for (let turn = 0; turn < plan.turns; turn++)
    for (let i = 0; i < entries.length; i++) {
      const at = (i + turn) % entries.length
      const { contender, concurrency } = entries[at]!
      rounds[at]!.push(await contender.run(concurrency, plan.durationMs))
    }
  return rounds
}

/** The concurrency at which it answers most. */
export async function bestConcurrency(
  contender: Contender,
  candidates: readonly number[],
  durationMs: number,
): Promise<Entry> {
  let best = { concurrency: candidates[0]!, perSecond: 0 }
  for (const concurrency of candidates) {
    const perSecond = throughputOf(await contender.run(concurrency, durationMs))
    if (perSecond > best.perSecond) best = { concurrency, perSecond }
  }
  return { contender, concurrency: best.concurrency }
}

/** The share `p` of the latencies is at most this. */
export const quantileMs = ({ latenciesMs }: Round, p: number): number =>
  quantileOf(latenciesMs.slice().sort(), p)

/** The share `p` of what is sorted is at most this. */
export const quantileOf = (sorted: ArrayLike<number>, p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN

export const throughputOf = ({ latenciesMs, tookMs }: Round): number => (latenciesMs.length / tookMs) * 1_000

/** What one image costs the processor; tells more than times do where the machine is busy. */
export const cpuMsEach = ({ latenciesMs, cpuMs }: Round): number => cpuMs / latenciesMs.length

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, least: sorted[0]!, most: sorted.at(-1)! }
}

/** A figure of two entries, compared turn by turn. */
export const pairwise = (
  left: readonly Round[],
  right: readonly Round[],
  compare: (left: Round, right: Round) => number,
): Spread => pairwiseSpread(left, right, compare)

/** The same of anything that was measured turn by turn. */
export const pairwiseSpread = <T>(
  left: readonly T[],
  right: readonly T[],
  compare: (left: T, right: T) => number,
): Spread => spreadOf(left.map((value, turn) => compare(value, right[turn]!)))

/** "4.21 (3.90 to 5.02)". */
export const told = ({ median, least, most }: Spread, digits = 2): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
