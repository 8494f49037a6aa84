// What a pair comes to when a threshold cuts the scores of some rows: how much is offloaded, how often the answer
// is right, what the device pays. Rows are counted and only the counts are weighed, so that the rows' order
// changes no bit. Energy is the device's, mean of an image, f being 1 where features are extracted:
//   sent before local inference: f E_features + E_upload     after it: f E_features + E_local + E_upload
//   kept: f E_features + E_local

import type { PairCosts } from '#contract/results/evaluation.ts'
import { rankByScore } from '../evaluate/ranking.ts'
import { decide } from '../route/score.ts'

/** Above every score: nothing is offloaded, but for rows that an earlier stage gave this score or more. */
export const NEVER = 2
/** Below every score: everything is. */
export const ALWAYS = -1

export interface ScoredRows {
  scores: ArrayLike<number>
  localRight: Uint8Array
  edgeRight: Uint8Array
  /** 1 where the local model has run before the image could be sent; one number where all rows are alike. */
  sentAfterLocal: ArrayLike<number> | 0 | 1
  /** Does every image pay for the extraction of features? */
  usesFeatures: boolean
  costs: PairCosts
}

export interface RoutedPoint {
  threshold: number
  offloadShare: number
  top1: number
  /** Mean of an image. */
  deviceEnergyJ: number
}

interface Tally {
  sent: number
  right: number
  /** Sent before the local model had run. */
  spared: number
}

/** The point at this one threshold; of no rows, all figures but the features' energy and the local one are 0. */
export function pointAt(rows: ScoredRows, threshold: number): RoutedPoint {
  const tally = nothingSent(rows)
  for (let row = 0; row < rows.scores.length; row++)
    if (decide(rows.scores[row]!, threshold)) send(rows, row, tally)
  return toPoint(rows, threshold, tally)
}

/** Every point that some threshold reaches, by rising offload. Rows with a score of NEVER or more always go. */
export function everyPoint(rows: ScoredRows): RoutedPoint[] {
  const { order, groupEnds } = rankByScore(rows.scores)
  const tally = nothingSent(rows)
  const points: RoutedPoint[] = []
  if (order.length === 0 || rows.scores[order[0]!]! < NEVER) points.push(toPoint(rows, NEVER, tally))
  let start = 0
  for (const end of groupEnds) {
    for (let i = start; i < end; i++) send(rows, order[i]!, tally)
    start = end
    const score = rows.scores[order[end - 1]!]!
    const next = end < order.length ? rows.scores[order[end]!]! : Number.NEGATIVE_INFINITY
    if (next >= NEVER) continue
    points.push(toPoint(rows, end === order.length ? ALWAYS : Math.min(score, NEVER), tally))
  }
  return points
}

function nothingSent({ scores, localRight }: ScoredRows): Tally {
  let right = 0
  for (let row = 0; row < scores.length; row++) right += localRight[row]!
  return { sent: 0, right, spared: 0 }
}

function send({ localRight, edgeRight, sentAfterLocal }: ScoredRows, row: number, tally: Tally): void {
  tally.sent++
  tally.right += edgeRight[row]! - localRight[row]!
  tally.spared += 1 - (typeof sentAfterLocal === 'number' ? sentAfterLocal : sentAfterLocal[row]!)
}

function toPoint({ scores, usesFeatures, costs }: ScoredRows, threshold: number, tally: Tally): RoutedPoint {
  const share = (count: number) => count / Math.max(1, scores.length)
  const offloadShare = share(tally.sent)
  return {
    threshold,
    offloadShare,
    top1: share(tally.right),
    deviceEnergyJ:
      (usesFeatures ? costs.featuresJ : 0) +
      (1 - share(tally.spared)) * costs.localJ +
      offloadShare * costs.uploadJ,
  }
}
