// The Pareto front of pairs by (accuracy, device energy, mean latency): a pair is on it unless another one is at
// least as good in all three and better in one. Equal pairs do not dominate each other. Sorted by the three figures
// in turn, a pair can only be dominated by one before it, and then by one on the front, since dominating is
// transitive: one pass, each pair held against the front so far.

import { compareNames } from './fastest-local.ts'

export interface PairFigures {
  readonly local: string
  readonly edge: string
  readonly top1: number
  readonly deviceEnergyJ: number
  readonly latencyMeanMs: number
}

/** All pairs, those on the front first, each part by accuracy; the order they came in plays no part. */
export function paretoFront<T extends PairFigures>(
  pairs: readonly T[],
): (T & { readonly isDominated: boolean })[] {
  const front: T[] = []
  const rest: T[] = []
  for (const pair of pairs.toSorted(compareFigures))
    (front.some((other) => dominates(other, pair)) ? rest : front).push(pair)
  return [
    ...front.map((pair) => ({ ...pair, isDominated: false })),
    ...rest.map((pair) => ({ ...pair, isDominated: true })),
  ]
}

export function dominates(a: PairFigures, b: PairFigures): boolean {
  return (
    a.top1 >= b.top1 &&
    a.deviceEnergyJ <= b.deviceEnergyJ &&
    a.latencyMeanMs <= b.latencyMeanMs &&
    (a.top1 > b.top1 || a.deviceEnergyJ < b.deviceEnergyJ || a.latencyMeanMs < b.latencyMeanMs)
  )
}

function compareFigures(a: PairFigures, b: PairFigures): number {
  return (
    b.top1 - a.top1 ||
    a.deviceEnergyJ - b.deviceEnergyJ ||
    a.latencyMeanMs - b.latencyMeanMs ||
    compareNames(a.local, b.local) ||
    compareNames(a.edge, b.edge)
  )
}
