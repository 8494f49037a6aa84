// The strategy table (after the paper's comparison of results, its Figures 19 to 22 and Table 6): each router between
// the ways that need none. Random offloads as large a share as a router, by lot, and is a row beside each; the oracle
// sends exactly the images that only the edge gets right. Precision and recall of random are what lots would find in
// expectation.

import type { Interval } from '#contract/results/evaluation.ts'
import type { StrategyFigures } from '#contract/results/strategy-figures.ts'
import { blindRoute, energyOf, latencyMeanMs, type RouteShares } from '../evaluate/route-costs.ts'
import type { JudgedPair, JudgedRouter } from './judge-routers.ts'
import { isBaseline } from './verdict.ts'

type Quality = Pick<StrategyFigures, 'precision' | 'recall' | 'f1'>
type Identity = Pick<StrategyFigures, 'name' | 'matches'>

const NOBODY_DECIDES: Quality = { precision: null, recall: null, f1: null }

export function strategyTable(pair: JudgedPair): StrategyFigures[] {
  const needed = pair.shares.onlyEdgeRight
  const row = (identity: Identity, route: RouteShares, top1: Interval, quality: Quality): StrategyFigures => {
    const energy = energyOf(route, pair.costs)
    return {
      ...identity,
      offloadShare: route.sent,
      top1,
      latencyMeanMs: latencyMeanMs(route, pair.costs),
      deviceEnergyJ: energy.featuresJ + energy.localJ + energy.uploadJ,
      energy,
      ...quality,
      shareOfOracle: pair.oracle.value === 0 ? 0 : top1.value / pair.oracle.value,
    }
  }
  const rowsOf = ({ held, route, top1, randomTop1, quality }: JudgedRouter): StrategyFigures[] => {
    const own = row({ name: held.kind }, route, top1, quality)
    if (isBaseline(held.kind)) return [own]
    const byLot = row(
      { name: 'random', matches: held.kind },
      blindRoute(route.sent),
      randomTop1,
      qualityOfLots(route.sent, needed),
    )
    return [own, byLot]
  }
  const found = needed > 0 ? 1 : 0
  return [
    row({ name: 'local-only' }, blindRoute(0), pair.localOnly, NOBODY_DECIDES),
    row({ name: 'edge-only' }, blindRoute(1), pair.edgeOnly, NOBODY_DECIDES),
    ...pair.routers.flatMap(rowsOf),
    row({ name: 'oracle' }, blindRoute(needed), pair.oracle, { precision: found, recall: found, f1: found }),
  ]
}

function qualityOfLots(sent: number, needed: number): Quality {
  if (sent === 0 || needed === 0) return { precision: 0, recall: 0, f1: 0 }
  return { precision: needed, recall: sent, f1: (2 * needed * sent) / (needed + sent) }
}
