// One role filled from the candidates that are admissible for it: by the paper's criterion, or by weights where a
// person has set them. A candidate that is right on none of the local model's failures is no edge model by either,
// and does not move the scale of the weights.

import type { Weights } from '#contract/results/expectations.ts'
import { bestOnFailures, rightOnFailures } from './best-on-failures.ts'
import { fastestLocal } from './fastest-local.ts'
import { countOf, type PairCandidate, shareOf } from './pair-candidate.ts'
import { byWeightedSum } from './weighted-sums.ts'

export interface Chosen {
  /** Undefined where nobody can fill the role. */
  readonly chosen: PairCandidate | undefined
  /** By model id, of all who were weighed; empty without weights. */
  readonly sums: ReadonlyMap<string, number>
}

export function chooseLocal(candidates: readonly PairCandidate[], weights: Weights | undefined): Chosen {
  if (weights === undefined) return { chosen: fastestLocal(candidates), sums: new Map() }
  const rows = candidates.map((candidate) => ({
    candidate,
    name: candidate.name,
    latencyMs: candidate.localLatencyMeanMs,
    accuracy: shareOf(candidate.localRight),
    energyJ: candidate.localEnergyJ,
  }))
  return best(byWeightedSum(rows, weights))
}

/** `others` are without the local model, which has failures. */
export function chooseEdge(
  others: readonly PairCandidate[],
  { localRight }: PairCandidate,
  weights: Weights | undefined,
): Chosen {
  if (weights === undefined) return { chosen: bestOnFailures(others, localRight), sums: new Map() }
  const failures = localRight.length - countOf(localRight)
  const rows = others.map((candidate) => ({
    candidate,
    name: candidate.name,
    latencyMs: candidate.edgeLatencyMeanMs,
    accuracy: rightOnFailures(candidate.right, localRight) / failures,
    energyJ: candidate.edgeEnergyJ,
  }))
  const useful = rows.filter(({ accuracy }) => accuracy > 0)
  return best(byWeightedSum(useful, weights))
}

function best(rows: readonly { readonly candidate: PairCandidate; readonly sum: number }[]): Chosen {
  return {
    chosen: rows[0]?.candidate,
    sums: new Map(rows.map(({ candidate, sum }) => [candidate.modelId, sum])),
  }
}
