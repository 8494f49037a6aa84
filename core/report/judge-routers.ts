// All figures of some routers on the same held-out images, and of the strategies that need none. Every score and
// every decision comes from a router that has not seen that row. Scores of all folds are pooled, not ranked within
// their fold: they are probabilities on one scale, a deployed threshold also cuts them on one scale, and ranks within
// small folds would be little but ties. If folds disagree about the scale, that counts against the router.
// All routers share the resamples, so that their differences have intervals of their own: two intervals that overlap
// say nothing about which router is better. Intervals are those of the images: what another seed's forest would reach
// is not in them.

import type { Interval, PairCosts } from '#contract/results/evaluation.ts'
import type { CurvePoint, EqualEnergy } from '#contract/results/router-figures.ts'
import type { PairShares } from '#contract/results/selection.ts'
import { PRE_ROUTER_KINDS } from '#contract/router.ts'
import { bootstrapIntervals } from '../evaluate/bootstrap.ts'
import { deferralOf, type PairAnswers } from '../evaluate/deferral.ts'
import { deferralCurve } from '../evaluate/deferral-curve.ts'
import type { HeldOut } from '../evaluate/held-out.ts'
import { answersInOrder, imageOrder, routerInOrder } from '../evaluate/image-order.ts'
import { offloadQuality } from '../evaluate/offload-quality.ts'
import { pairShares } from '../evaluate/pair-shares.ts'
import { bestOffload, rankRouter } from '../evaluate/ranked-router.ts'
import { deviceEnergyJ, type RouteShares } from '../evaluate/route-costs.ts'
import { needsEdge } from '../train/needs-edge.ts'
import { type Contender, enter, RESAMPLED, type Resampled, resampler } from './resample-routers.ts'

export interface JudgeOptions {
  answers: PairAnswers
  costs: PairCosts
  /** What every router is compared with, judged itself or not. */
  confidence: HeldOut
  random: () => number
  resamples?: number
}

export interface JudgedRouter {
  held: HeldOut
  isCascade: boolean
  /** At its operating point. */
  route: RouteShares
  top1: Interval
  /** Of random at the same offload. */
  randomTop1: Interval
  auc: Interval
  audc: Interval
  dgc: Interval
  dgcOverConfidence: Interval | null
  quality: { precision: number; recall: number; f1: number }
  bestOffload: { offload: number; gain: number }
  curve: CurvePoint[]
  equalEnergy: EqualEnergy
  /** What random would offload at equal energy; null where it cannot cost that. */
  randomShareAtEnergy: number | null
}

export interface JudgedPair {
  images: number
  shares: PairShares
  costs: PairCosts
  randomAudc: number
  oracleAudc: number
  localOnly: Interval
  edgeOnly: Interval
  oracle: Interval
  routers: JudgedRouter[]
}

/** Figures and intervals do not depend on the order of the rows. */
export function judgeRouters(held: readonly HeldOut[], options: JudgeOptions): JudgedPair {
  const { costs, random, resamples } = options
  const order = imageOrder(options.answers, [options.confidence, ...held])
  const answers = answersInOrder(options.answers, order)
  const confidence = rankRouter(routerInOrder(options.confidence, order), answers)
  const contenders = held.map((one) => {
    const ordered = routerInOrder(one, order)
    return enter(ordered, one === options.confidence ? confidence : rankRouter(ordered, answers), costs)
  })
  const images = order.length
  const statistics = resampler(contenders, { answers, costs, confidence })
  const intervals = bootstrapIntervals(images, statistics, random, resamples)
  const shares = pairShares(answers.localRight, answers.edgeRight)
  const [localOnly, edgeOnly, oracle] = intervals as [Interval, Interval, Interval]
  const { randomAudc, oracleAudc } = deferralOf(0, shares)
  const labels = needsEdge(answers.localRight, answers.edgeRight)
  const routers = contenders.map((one, i) => {
    const from = 3 + i * RESAMPLED.length
    const resampled = Object.fromEntries(
      RESAMPLED.map((name, k) => [name, intervals[from + k]!]),
    ) as Resampled
    return conclude(one, resampled, { costs, labels, localTop1: localOnly.value })
  })
  return { images, shares, costs, randomAudc, oracleAudc, localOnly, edgeOnly, oracle, routers }
}

interface Judging {
  costs: PairCosts
  labels: Uint8Array
  localTop1: number
}

function conclude(
  contender: Contender,
  resampled: Resampled,
  { costs, labels, localTop1 }: Judging,
): JudgedRouter {
  const { held, ranked, route, randomShareAtEnergy, confidenceShareAtEnergy } = contender
  const { overRandom, overConfidence, dgcOverConfidence, ...figures } = resampled
  const top1 = figures.top1
  const hasRandom = randomShareAtEnergy !== null
  const hasConfidence = confidenceShareAtEnergy !== null
  return {
    held,
    isCascade: !PRE_ROUTER_KINDS.includes(held.kind),
    route,
    ...figures,
    dgcOverConfidence: held.kind === 'confidence' ? null : dgcOverConfidence,
    quality: offloadQuality(held.offloaded, labels),
    bestOffload: bestOffload(ranked),
    curve: deferralCurve(ranked, { localTop1, usesFeatures: held.usesFeatures, costs }),
    equalEnergy: {
      deviceEnergyJ: deviceEnergyJ(route, costs),
      top1,
      randomTop1: hasRandom ? top1.value - overRandom.value : null,
      confidenceTop1: hasConfidence ? top1.value - overConfidence.value : null,
      overRandom: hasRandom ? overRandom : null,
      overConfidence: hasConfidence ? overConfidence : null,
    },
    randomShareAtEnergy,
  }
}
