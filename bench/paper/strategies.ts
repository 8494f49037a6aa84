// The paper's strategies (its Figures 19 to 22 compare their top-1, latency and energy, and break the energy down) computed
// again, each with what the paper states for it, where it does.

import { pairShares } from '#core/evaluate/pair-shares.ts'
import { blindRoute, energyOf, type RouteShares } from '#core/evaluate/route-costs.ts'
import { costOf, type Judged } from './judge-simulated.ts'
import { COSTS, HEAVY_LOCAL, type PublishedOutcomes, SENT_SHARE } from './published-pair.ts'

export interface Published {
  readonly top1?: number
  readonly ms?: number
  readonly j?: number
}

export interface Strategy {
  readonly name: string
  readonly sent: number
  readonly top1: number
  readonly ms: number
  readonly j: number
  /** Parts of `j`; the heavy model on the Pi has only one. */
  readonly parts: { readonly featuresJ: number; readonly localJ: number; readonly uploadJ: number }
  readonly published: Published
}

export const ROUTED: RouteShares = { sent: SENT_SHARE, sentAfterLocal: 0, usesFeatures: true }

/** As its tables and text give them; its breakdown of the routed energy adds up to its 0.45. */
export const CLAIMS = {
  energyReduction: 0.932,
  latencyReduction: 0.916,
  accuracyGainRelative: 0.0388,
  shareOfOracle: 0.9945,
  parts: { featuresJ: 0.047 + 0.001, localJ: 0.345, uploadJ: 0.058 },
} as const

/** `needed`: a router that reaches the headline, if there is one. */
export function strategiesOf(outcomes: PublishedOutcomes, needed: Judged | undefined): Strategy[] {
  const shares = pairShares(outcomes.localRight, outcomes.edgeRight)
  const local = shares.bothRight + shares.onlyLocalRight
  const edge = shares.bothRight + shares.onlyEdgeRight
  const strategy = (name: string, top1: number, route: RouteShares, published: Published): Strategy => {
    const { latencyMs, deviceJ } = costOf(route)
    return {
      name,
      sent: route.sent,
      top1,
      ms: latencyMs,
      j: deviceJ,
      parts: energyOf(route, COSTS),
      published,
    }
  }
  const lots = local + SENT_SHARE * (edge - local)
  return [
    strategy('light model alone', local, blindRoute(0), { top1: 0.7097, ms: 519.63, j: 0.49 }),
    {
      ...{ name: 'heavy model on the Pi', sent: 0, top1: edge, ms: HEAVY_LOCAL.ms, j: HEAVY_LOCAL.j },
      parts: { featuresJ: 0, localJ: HEAVY_LOCAL.j, uploadJ: 0 },
      published: { top1: 0.8012, ms: 6_680, j: 6.66 },
    },
    strategy('everything to the edge', edge, blindRoute(1), {}),
    strategy('lots, as many as the router', lots, blindRoute(SENT_SHARE), {}),
    strategy('routed before inference', needed?.top1 ?? Number.NaN, ROUTED, {
      top1: 0.8323,
      ms: 561.7,
      j: 0.45,
    }),
    strategy('oracle', edge + shares.onlyLocalRight, blindRoute(shares.onlyEdgeRight), { top1: 0.8371 }),
  ]
}
