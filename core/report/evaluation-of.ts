// The evaluation that goes with one router into the registry, out of all that was measured of it. Its strategy table
// keeps the five rows that every stored evaluation has.

import type { Evaluation, Strategy } from '#contract/results/evaluation.ts'
import type { FeatureSelection } from '#contract/results/feature-selection.ts'
import type { OperatingPoint, ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { blindRoute, deviceEnergyJ, latencyMeanMs, type RouteShares } from '../evaluate/route-costs.ts'
import type { JudgedPair, JudgedRouter } from './judge-routers.ts'
import { verdict } from './verdict.ts'

export interface EvaluationFacts {
  folds: number
  seed: number
  policy: ThresholdPolicy
  /** Of the document, which is fitted on all images. */
  operating: OperatingPoint
  featureSelection: FeatureSelection | null
}

export function evaluationOf(router: JudgedRouter, pair: JudgedPair, facts: EvaluationFacts): Evaluation {
  const { held, auc, audc, dgc, dgcOverConfidence, equalEnergy, quality, curve } = router
  const { policy, operating, ...about } = facts
  return {
    kind: held.kind,
    images: pair.images,
    ...about,
    ...(policy.by === 'offload' ? { offloadTarget: policy.target } : {}),
    policy,
    operating: [...held.operating, operating],
    shares: pair.shares,
    costs: pair.costs,
    strategies: strategiesOf(router, pair),
    auc,
    dgc,
    audc,
    dgcOverConfidence,
    equalEnergy,
    ...quality,
    deferralCurve: curve,
    verdict: verdict(router, pair),
  }
}

function strategiesOf({ route, top1, randomTop1 }: JudgedRouter, pair: JudgedPair): Strategy[] {
  const row = (name: Strategy['name'], taken: RouteShares, reached: Strategy['top1']): Strategy => ({
    name,
    offloadShare: taken.sent,
    top1: reached,
    latencyMeanMs: latencyMeanMs(taken, pair.costs),
    deviceEnergyJ: deviceEnergyJ(taken, pair.costs),
  })
  return [
    row('local-only', blindRoute(0), pair.localOnly),
    row('edge-only', blindRoute(1), pair.edgeOnly),
    row('random', blindRoute(route.sent), randomTop1),
    row('router', route, top1),
    row('oracle', blindRoute(pair.shares.onlyEdgeRight), pair.oracle),
  ]
}
