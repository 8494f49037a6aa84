// Both algorithms in turn (paper, section 3.2), and the figures and reasons that a person needs to check the
// choice. "No admissible pair" is an answer: it names what is missing. Candidates may come in any order; the
// result depends on names and figures alone. Top-1 of the local model is told from the local device's
// profile, that of all others from the edge device's: each where it would run.

import type { SelectionCandidate, SelectionResult } from '#contract/selection.ts'
import { pairShares } from '../evaluate/pair-shares.ts'
import { bestOnFailures, rightOnFailures } from './best-on-failures.ts'
import { fastestLocal } from './fastest-local.ts'

export interface PairCandidate {
  modelId: string
  name: string
  localLatencyMeanMs: number
  localEnergyJ: number
  edgeLatencyMeanMs: number
  edgeEnergyJ: number
  /** By image: 1 where right, on the edge device's profile. */
  right: Uint8Array
  /** By image: 1 where right, on the local device's profile. */
  localRight: Uint8Array
}

/** Throws a RangeError where candidates were profiled on different numbers of images. */
export function selectPair(candidates: readonly PairCandidate[]): SelectionResult {
  const images = candidates[0]?.right.length ?? 0
  const local = fastestLocal(candidates)
  const figures = candidates.map((candidate) => figuresOf(candidate, local))
  const refuse = (reason: string): SelectionResult => ({
    ok: false,
    images,
    candidates: figures,
    reasons: [reason],
  })
  if (local === undefined || candidates.length < 2)
    return refuse(`No pair: there are ${candidates.length} candidates, expected at least 2.`)
  const failures = images - count(local.localRight)
  if (failures === 0)
    return refuse(
      `No pair: "${local.name}", the fastest, is right on all ${images} images and needs no edge.`,
    )
  const edge = bestOnFailures(
    candidates.filter((candidate) => candidate !== local),
    local.localRight,
  )
  if (edge === undefined)
    return refuse(
      `No pair: no other candidate is right on any of the ${failures} images "${local.name}" fails.`,
    )
  const hits = rightOnFailures(edge.right, local.localRight)
  return {
    ok: true,
    images,
    localModelId: local.modelId,
    edgeModelId: edge.modelId,
    shares: pairShares(local.localRight, edge.right),
    candidates: figures,
    reasons: [
      `"${local.name}" has the least mean latency on the local device: ${local.localLatencyMeanMs.toFixed(1)} ms (algorithm 1).`,
      `"${edge.name}" is right on most of the ${failures} images that it fails: ${hits}, ${((100 * hits) / failures).toFixed(1)} % (algorithm 2).`,
    ],
  }
}

function figuresOf(candidate: PairCandidate, local: PairCandidate | undefined): SelectionCandidate {
  const { right, localRight, ...figures } = candidate
  const isLocal = candidate === local
  const judged = isLocal ? localRight : right
  const failures = local === undefined ? 0 : local.localRight.length - count(local.localRight)
  return {
    ...figures,
    top1: judged.length === 0 ? 0 : count(judged) / judged.length,
    top1OnLocalFailures:
      isLocal || local === undefined || failures === 0
        ? null
        : rightOnFailures(right, local.localRight) / failures,
  }
}

function count(right: Uint8Array): number {
  return right.reduce((sum, hit) => sum + hit, 0)
}
