// What a simulated router reaches on the published pair: its top-1 with the published share of images sent, what that
// costs, and how good the router is by the measures that real ones are judged with.

import { auc } from '#core/evaluate/auc.ts'
import { deferral } from '#core/evaluate/deferral.ts'
import { offloadQuality } from '#core/evaluate/offload-quality.ts'
import { rankByScore } from '#core/evaluate/ranking.ts'
import { deviceEnergyJ, latencyMeanMs, type RouteShares } from '#core/evaluate/route-costs.ts'
import { COSTS, IMAGES, type PublishedOutcomes, SENT_SHARE } from './published-pair.ts'
import type { SimulatedRouter } from './simulated-router.ts'

export interface Judged {
  /** For the images that it is to find. */
  readonly aucOfTarget: number
  /** For "only the edge is right", as measured routers are judged. */
  readonly aucOfNeed: number
  readonly dgc: number
  readonly top1: number
  /** Share of its decisions about its target that are right. */
  readonly rightDecisions: number
  readonly precision: number
  readonly recall: number
}

export function judgeSimulated(outcomes: PublishedOutcomes, { scores, wanted }: SimulatedRouter): Judged {
  const { localRight, edgeRight, kinds } = outcomes
  const needs = Uint8Array.from(kinds, (kind) => Number(kind === 'only-edge'))
  const sent = Math.round(SENT_SHARE * IMAGES)
  const offloaded = new Uint8Array(IMAGES)
  for (const row of rankByScore(scores).order.subarray(0, sent)) offloaded[row] = 1
  let [right, rightDecisions] = [0, 0]
  for (let row = 0; row < IMAGES; row++) {
    right += offloaded[row] ? edgeRight[row]! : localRight[row]!
    rightDecisions += Number(offloaded[row] === wanted[row])
  }
  const { precision, recall } = offloadQuality(offloaded, wanted)
  return {
    aucOfTarget: auc(scores, wanted),
    aucOfNeed: auc(scores, needs),
    dgc: deferral(scores, { localRight, edgeRight }).dgc,
    top1: right / IMAGES,
    rightDecisions: rightDecisions / IMAGES,
    precision,
    recall,
  }
}

export const costOf = (route: RouteShares) => ({
  latencyMs: latencyMeanMs(route, COSTS),
  deviceJ: deviceEnergyJ(route, COSTS),
})
