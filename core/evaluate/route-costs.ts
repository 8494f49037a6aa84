// What routing costs an image, on average. An image pays for features where the router reads any, for local
// inference where it stays or was looked at before it went, and for the way to the edge where it went. So
//   before local inference: E = E_features + (1 - r) E_local + r E_upload      after it: E = E_local + r E_upload
// and a two-stage router lies between. Energy is counted at the local device, where the battery is; latency is the
// whole way of the answer.

import type { PairCosts } from '#contract/results/evaluation.ts'
import type { EnergyBreakdown } from '#contract/results/strategy-figures.ts'

/** Shares of all images. */
export interface RouteShares {
  sent: number
  /** Sent after the local model had run; at most `sent`. */
  sentAfterLocal: number
  usesFeatures: boolean
}

/** Sending without a look at the image: by lot, all, none, or with the oracle's foresight. */
export function blindRoute(sent: number): RouteShares {
  return { sent, sentAfterLocal: 0, usesFeatures: false }
}

export function energyOf(route: RouteShares, costs: PairCosts): EnergyBreakdown {
  return {
    featuresJ: route.usesFeatures ? costs.featuresJ : 0,
    localJ: localShare(route) * costs.localJ,
    uploadJ: route.sent * costs.uploadJ,
  }
}

export function deviceEnergyJ(route: RouteShares, costs: PairCosts): number {
  const { featuresJ, localJ, uploadJ } = energyOf(route, costs)
  return featuresJ + localJ + uploadJ
}

export function latencyMeanMs(route: RouteShares, costs: PairCosts): number {
  return (
    (route.usesFeatures ? costs.featuresMs : 0) +
    localShare(route) * costs.localMs +
    route.sent * (costs.uploadMs + costs.edgeMs)
  )
}

function localShare({ sent, sentAfterLocal }: RouteShares): number {
  return 1 - sent + sentAfterLocal
}
