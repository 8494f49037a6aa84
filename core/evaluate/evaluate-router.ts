// The evaluation that goes with a router into the registry, made from held-out rows only: every score and
// every decision comes from a router that has not seen that row. Scores of all folds are pooled, not ranked
// within their fold: they are probabilities on one scale, a deployed threshold also cuts them on one scale,
// and ranks within small folds would be little but ties. If folds disagree about the scale, that counts
// against the router.

import type { Evaluation, PairCosts } from '#contract/evaluation.ts'
import type { RouterKind } from '#contract/router-kind.ts'
import { aucOfRanking } from './auc.ts'
import { bootstrapIntervals } from './bootstrap.ts'
import { deferralOfRanking, type PairAnswers } from './deferral.ts'
import { deferralCurve } from './deferral-curve.ts'
import { offloadQuality } from './offload-quality.ts'
import { pairShares } from './pair-shares.ts'
import { rankByScore } from './ranking.ts'
import { STRATEGY_NAMES, strategyTable, strategyTop1 } from './strategies.ts'
import { verdict } from './verdict.ts'

export interface HeldOut extends PairAnswers {
  scores: Float64Array
  /** 1 where the router, with the threshold of its training part, would offload. */
  offloaded: Uint8Array
  /** 1 where the edge is right and the local model wrong. */
  needsEdge: Uint8Array
}

export interface EvaluationSetup {
  kind: RouterKind
  isCascade: boolean
  folds: number
  seed: number
  offloadTarget: number
  costs: PairCosts
  random: () => number
}

export function evaluateRouter(held: HeldOut, setup: EvaluationSetup): Evaluation {
  const { random, isCascade, ...about } = setup
  const ranking = rankByScore(held.scores)
  const images = held.scores.length
  const statistics = (weights: Int32Array) => [
    ...strategyTop1(held, held.offloaded, weights),
    aucOfRanking(ranking, held.needsEdge, weights),
    deferralOfRanking(ranking, held, weights).dgc,
  ]
  const intervals = bootstrapIntervals(images, statistics, random)
  const top1 = intervals.slice(0, STRATEGY_NAMES.length)
  const [auc, dgc] = [intervals.at(-2)!, intervals.at(-1)!]
  const shares = pairShares(held.localRight, held.edgeRight)
  const offloadShare = held.offloaded.reduce((sum, sent) => sum + sent, 0) / images
  return {
    ...about,
    images,
    shares,
    strategies: strategyTable({ top1, offloadShare, isCascade, shares, costs: setup.costs }),
    auc,
    dgc,
    ...offloadQuality(held.offloaded, held.needsEdge),
    deferralCurve: deferralCurve(ranking, held),
    verdict: verdict({
      dgc,
      offloadShare,
      routerTop1: top1[STRATEGY_NAMES.indexOf('router')]!.value,
      randomTop1: top1[STRATEGY_NAMES.indexOf('random')]!.value,
      onlyEdgeRight: shares.onlyEdgeRight,
    }),
  }
}
