// Both algorithms in turn (paper, section 3.2), and the figures and reasons that a person needs to check the
// choice. Without expectations they are the paper's; with them, who breaks a limit of a role may not take it, and
// weights replace the two criteria. "No admissible pair" is an answer: it names what is missing. Candidates may come
// in any order; the result depends on names and figures alone. Top-1 of the local model is told from the local
// device's profile, that of all others from the edge device's: each where it would run.

import type { Expectations } from '#contract/results/expectations.ts'
import type {
  FrontAssumption,
  FrontPair,
  SelectionCandidate,
  SelectionResult,
} from '#contract/results/selection.ts'
import { pairShares } from '../evaluate/pair-shares.ts'
import { rightOnFailures } from './best-on-failures.ts'
import { type Choice, choosePair, type Ruled } from './choose-pair.ts'
import { countOf, type PairCandidate, shareOf } from './pair-candidate.ts'
import { pairFigures } from './pair-figures.ts'
import { paretoFront } from './pareto-front.ts'
import { reasonsAgainst } from './reasons-against.ts'

export interface SelectionWish {
  readonly expectations?: Expectations | undefined
  /** Where it is left out, no front is told. */
  readonly assumption?: FrontAssumption | undefined
}

/** Throws a RangeError where candidates were profiled on different numbers of images. */
export function selectPair(
  candidates: readonly PairCandidate[],
  { expectations = {}, assumption }: SelectionWish = {},
): SelectionResult {
  const ruled = candidates.map((candidate) => ({
    candidate,
    against: {
      local: reasonsAgainst('local', candidate, expectations),
      edge: reasonsAgainst('edge', candidate, expectations),
    },
  }))
  const choice = choosePair(ruled, expectations.weights)
  const [local, edge] = [choice.local.chosen, choice.edge.chosen]
  const told = {
    images: candidates[0]?.right.length ?? 0,
    candidates: ruled.map((one) => figuresOf(one, choice)),
    reasons: [...choice.reasons],
    expectations,
    ...(assumption && { assumption, front: frontOf(ruled, assumption) }),
  }
  if (local === undefined || edge === undefined) return { ok: false, ...told }
  return {
    ok: true,
    localModelId: local.modelId,
    edgeModelId: edge.modelId,
    shares: pairShares(local.localRight, edge.right),
    ...told,
  }
}

function figuresOf({ candidate, against }: Ruled, { local, edge }: Choice): SelectionCandidate {
  const { right, localRight } = candidate
  const failing = local.chosen?.localRight
  const failures = failing === undefined ? 0 : failing.length - countOf(failing)
  const isLocal = candidate === local.chosen
  const [localWeightedSum, edgeWeightedSum] = [local, edge].map((role) => role.sums.get(candidate.modelId))
  return {
    modelId: candidate.modelId,
    name: candidate.name,
    localLatencyMeanMs: candidate.localLatencyMeanMs,
    localEnergyJ: candidate.localEnergyJ,
    edgeLatencyMeanMs: candidate.edgeLatencyMeanMs,
    edgeEnergyJ: candidate.edgeEnergyJ,
    top1: shareOf(isLocal ? localRight : right),
    top1OnLocalFailures:
      isLocal || failing === undefined || failures === 0 ? null : rightOnFailures(right, failing) / failures,
    localTop1: shareOf(localRight),
    localPeakMemoryBytes: candidate.localPeakMemoryBytes,
    sizeBytes: candidate.sizeBytes,
    reasonsAgainstLocal: [...against.local],
    reasonsAgainstEdge: [...against.edge],
    ...(localWeightedSum !== undefined && { localWeightedSum }),
    ...(edgeWeightedSum !== undefined && { edgeWeightedSum }),
  }
}

function frontOf(ruled: readonly Ruled[], assumption: FrontAssumption): FrontPair[] {
  const isFree = (role: 'local' | 'edge') =>
    new Set(ruled.filter((r) => r.against[role].length === 0).map((r) => r.candidate.name))
  const [locals, edges] = [isFree('local'), isFree('edge')]
  const pairs = pairFigures(
    ruled.map(({ candidate }) => candidate),
    assumption,
  )
  return paretoFront(pairs).map((pair) => ({
    ...pair,
    isAdmissible: locals.has(pair.local) && edges.has(pair.edge),
  }))
}
