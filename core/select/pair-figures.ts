// What every ordered pair of candidates would reach, before a router is trained for any: accuracy, energy at the
// local device and mean latency under an assumed router (contract: FrontAssumption). With r the offloaded share:
//   oracle, random (before inference)   E = (1 - r) E_local + r E_upload    L = (1 - r) L_local + r (L_upload + L_edge)
//   confidence (a cascade)              E = E_local + r E_upload            L = L_local + r (L_upload + L_edge)
// Oracle and random look at nothing, so no features are paid for. The edge device's energy is left out, as in the
// evaluations of routers: the battery is at the local one.

import type { FrontAssumption } from '#contract/results/selection.ts'
import { rightOnFailures } from './best-on-failures.ts'
import { leastSure } from './least-sure.ts'
import { countOf, type PairCandidate, shareOf } from './pair-candidate.ts'
import type { PairFigures } from './pareto-front.ts'

export interface RoutedPair extends PairFigures {
  readonly offloadShare: number
}

/** For one local model: top-1 and offloaded share with an edge model. */
type Routing = (edge: PairCandidate) => { top1: number; offloadShare: number }

/** Empty without images. Throws a RangeError where candidates were profiled on different numbers of them. */
export function pairFigures(candidates: readonly PairCandidate[], assumption: FrontAssumption): RoutedPair[] {
  const images = candidates[0]?.right.length ?? 0
  const { router, uploadJ, uploadMs } = assumption
  if (images === 0) return []
  return candidates.flatMap((local) => {
    for (const { length } of [local.right, local.localRight, local.localTopProbability])
      if (length !== images)
        throw new RangeError(
          `Cannot pair model "${local.name}": has ${length} images, expected the ${images} of the others`,
        )
    const route = routingOf(local, assumption)
    return candidates
      .filter((edge) => edge !== local)
      .map((edge) => {
        const { top1, offloadShare } = route(edge)
        const localShare = router === 'confidence' ? 1 : 1 - offloadShare
        return {
          local: local.name,
          edge: edge.name,
          top1,
          deviceEnergyJ: localShare * local.localEnergyJ + offloadShare * uploadJ,
          latencyMeanMs:
            localShare * local.localLatencyMeanMs + offloadShare * (uploadMs + edge.edgeLatencyMeanMs),
          offloadShare,
        }
      })
  })
}

function routingOf(local: PairCandidate, { router, offloadShare }: FrontAssumption): Routing {
  switch (router) {
    case 'oracle':
      return oracle(local)
    case 'random':
      return random(local, offloadShare)
    case 'confidence':
      return confidence(local, offloadShare)
  }
}

function oracle({ localRight }: PairCandidate): Routing {
  const images = localRight.length
  const kept = countOf(localRight)
  return (edge) => {
    const sent = rightOnFailures(edge.right, localRight)
    return { top1: (kept + sent) / images, offloadShare: sent / images }
  }
}

function random({ localRight }: PairCandidate, offloadShare: number): Routing {
  const kept = (1 - offloadShare) * shareOf(localRight)
  return (edge) => ({ top1: kept + offloadShare * shareOf(edge.right), offloadShare })
}

function confidence({ localRight, localTopProbability }: PairCandidate, offloadShare: number): Routing {
  const { sent, tied, tiedShare } = leastSure(localTopProbability, offloadShare)
  const kept = countOf(localRight) - rightAmong(localRight, sent)
  const keptTied = rightAmong(localRight, tied)
  return (edge) => {
    const right = kept + rightAmong(edge.right, sent)
    const swapped = tiedShare * (rightAmong(edge.right, tied) - keptTied)
    return { top1: (right + swapped) / localRight.length, offloadShare }
  }
}

function rightAmong(right: Uint8Array, images: Int32Array): number {
  let count = 0
  for (let i = 0; i < images.length; i++) count += right[images[i]!]!
  return count
}
