// What is measured again on every resample, for all routers at once. A router walks its ranking once, and asks
// confidence, whose own walk is shared, what it reaches for the same energy. What its opponents offload at equal energy
// is settled anew each time, since a router's energy is as uncertain as its top-1; whether they can cost that at all is
// settled once, on the rows as they are.

import type { Interval, PairCosts } from '#contract/results/evaluation.ts'
import { deferralOf, type PairAnswers } from '../evaluate/deferral.ts'
import { confidenceLine, nearestShare, randomLine, shareAtEnergy } from '../evaluate/equal-energy.ts'
import type { HeldOut } from '../evaluate/held-out.ts'
import { pairShares } from '../evaluate/pair-shares.ts'
import { countDecisions, gainedAt, type RankedRouter, walkRanking } from '../evaluate/ranked-router.ts'
import { unitWeights } from '../evaluate/ranking.ts'
import { deviceEnergyJ, type RouteShares } from '../evaluate/route-costs.ts'

/** A router as it is walked in each resample. */
export interface Contender {
  held: HeldOut
  ranked: RankedRouter
  route: RouteShares
  randomShareAtEnergy: number | null
  confidenceShareAtEnergy: number | null
}

/** What is resampled for each router, in this order. */
export const RESAMPLED = [
  'auc',
  'audc',
  'dgc',
  'dgcOverConfidence',
  'top1',
  'randomTop1',
  'overRandom',
  'overConfidence',
] as const
export type Resampled = Record<(typeof RESAMPLED)[number], Interval>

export function enter(held: HeldOut, ranked: RankedRouter, costs: PairCosts): Contender {
  const { sent, sentAfterLocal } = countDecisions(ranked, unitWeights(held.scores.length))
  const route = { sent, sentAfterLocal, usesFeatures: held.usesFeatures }
  const energyJ = deviceEnergyJ(route, costs)
  const isConfidence = held.kind === 'confidence'
  return {
    held,
    ranked,
    route,
    randomShareAtEnergy: shareAtEnergy(randomLine(costs), energyJ, route.sent),
    confidenceShareAtEnergy: isConfidence ? null : shareAtEnergy(confidenceLine(costs), energyJ, route.sent),
  }
}

interface Field {
  answers: PairAnswers
  costs: PairCosts
  confidence: RankedRouter
}

/** Local-only, edge-only, oracle, then `RESAMPLED` of each contender. */
export function resampler(contenders: readonly Contender[], { answers, costs, confidence }: Field) {
  const [lineOfRandom, lineOfConfidence] = [randomLine(costs), confidenceLine(costs)]
  return (weights: Int32Array): number[] => {
    const shares = pairShares(answers.localRight, answers.edgeRight, weights)
    const local = shares.bothRight + shares.onlyLocalRight
    const edge = shares.bothRight + shares.onlyEdgeRight
    const sumsOfConfidence = walkRanking(confidence, weights)
    const dgcOfConfidence = deferralOf(sumsOfConfidence.areaGained, shares).dgc
    const figures = [local, edge, 1 - shares.bothWrong]
    for (const { held, ranked, confidenceShareAtEnergy } of contenders) {
      const sums = ranked === confidence ? sumsOfConfidence : walkRanking(ranked, weights)
      const { audc, dgc } = deferralOf(sums.areaGained, shares)
      const { sent, sentAfterLocal, gained } = countDecisions(ranked, weights)
      const route = { sent, sentAfterLocal, usesFeatures: held.usesFeatures }
      const energyJ = deviceEnergyJ(route, costs)
      const byLot = nearestShare(lineOfRandom, energyJ, sent) * (edge - local)
      const bySureness =
        confidenceShareAtEnergy === null
          ? 0
          : gainedAt(confidence, weights, nearestShare(lineOfConfidence, energyJ, sent))
      figures.push(sums.auc, audc, dgc, dgc - dgcOfConfidence)
      figures.push(local + gained, local + sent * (edge - local))
      figures.push(gained - byLot, gained - bySureness)
    }
    return figures
  }
}
