// Choosing by weights, in place of the one criterion of algorithm 1 or 2. Each figure is min-max normalised among
// the candidates that are admissible for the role: 0 for the best of them, 1 for the worst.
//   latency, energy: (x - min) / (max - min)      accuracy: (max - x) / (max - min)
//   sum = latency weight * latency + accuracy weight * accuracy + energy weight * energy
// A figure in which all are equal, as with a single candidate, is 0 for all. The least sum is best; ties go to the
// lower latency, then to the first by name. Who else is admissible moves the scale: a sum compares within a role
// and a run, never across.

import type { Weights } from '#contract/results/expectations.ts'
import { compareNames } from './fastest-local.ts'

/** A candidate as it would be in one role. */
export interface Weighable {
  readonly name: string
  readonly latencyMs: number
  /** In 0..1; on the local model's failures for the edge role. */
  readonly accuracy: number
  readonly energyJ: number
}

/** The same candidates with their sums, best first. */
export function byWeightedSum<T extends Weighable>(
  candidates: readonly T[],
  weights: Weights,
): (T & { readonly sum: number })[] {
  const latency = normalised(candidates.map((c) => c.latencyMs))
  const lack = normalised(candidates.map((c) => -c.accuracy))
  const energy = normalised(candidates.map((c) => c.energyJ))
  return candidates
    .map((candidate, i) => ({
      ...candidate,
      sum:
        (weights.latency ?? 0) * latency[i]! +
        (weights.accuracy ?? 0) * lack[i]! +
        (weights.energy ?? 0) * energy[i]!,
    }))
    .toSorted((a, b) => a.sum - b.sum || a.latencyMs - b.latencyMs || compareNames(a.name, b.name))
}

function normalised(values: readonly number[]): number[] {
  const least = Math.min(...values)
  const width = Math.max(...values) - least
  return values.map((value) => (width === 0 ? 0 : (value - least) / width))
}
