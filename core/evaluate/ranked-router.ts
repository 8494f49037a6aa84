// One router's held-out answers laid out by rank, so that all that a resample asks of it is one walk: its AUC, the
// area under its deferral curve; and what its decisions come to, a shorter one. Sums are of whole numbers and halves, hence exact:
// the same rows in any order give the same bits. What a row may gain is all that is kept of the two models' answers:
// 1 where only the edge is right, -1 where only the local model is, else 0.

import { aucOfWins } from './auc.ts'
import type { PairAnswers } from './deferral.ts'
import type { HeldOut } from './held-out.ts'
import { type Ranking, rankByScore } from './ranking.ts'

export interface RankedRouter extends Ranking {
  /** By rank: 1 on the last row of a group of equal scores. */
  endsGroup: Uint8Array
  /** By rank. */
  gain: Int8Array
  /** By rank: 1 where the local model has run before the image could be sent, whether or not it was. */
  afterLocal: Uint8Array
  /** The rows that its thresholds send, and the same two of these. */
  sentRows: Int32Array
  gainOfSent: Int8Array
  afterLocalOfSent: Uint8Array
}

export function rankRouter(held: HeldOut, { localRight, edgeRight }: PairAnswers): RankedRouter {
  const ranking = rankByScore(held.scores)
  const { order, groupEnds } = ranking
  const endsGroup = new Uint8Array(order.length)
  for (const end of groupEnds) endsGroup[end - 1] = 1
  const sentRows = order.filter((row) => held.offloaded[row] === 1).sort()
  const gainsOf = (rows: Int32Array) => Int8Array.from(rows, (row) => edgeRight[row]! - localRight[row]!)
  const afterLocalOf = (rows: Int32Array) => Uint8Array.from(rows, (row) => held.sentAfterLocal[row]!)
  return {
    ...ranking,
    endsGroup,
    gain: gainsOf(order),
    afterLocal: afterLocalOf(order),
    sentRows,
    gainOfSent: gainsOf(sentRows),
    afterLocalOfSent: afterLocalOf(sentRows),
  }
}

export interface RankedSums {
  auc: number
  /** Area between the deferral curve and the line of local-only's top-1. */
  areaGained: number
}

/** `weights` says how often each row counts, as in a bootstrap resample; they add up to their number. */
export function walkRanking({ order, endsGroup, gain }: RankedRouter, weights: Int32Array): RankedSums {
  let [gained, areaTwice, positives, winsTwice] = [0, 0, 0, 0]
  let [width, change, ones] = [0, 0, 0]
  for (let i = 0; i < order.length; i++) {
    const weight = weights[order[i]!]!
    const by = gain[i]!
    // Whole numbers below 2^31, said so: a third of the time of this loop, which runs fifty million times a router.
    width = (width + weight) | 0
    change = (change + Math.imul(weight, by)) | 0
    // 1 for a gain of 1, else 0.
    ones = (ones + Math.imul(weight, (by + 1) >> 1)) | 0
    if (endsGroup[i] === 0) continue
    // Within a group the order is chance: the curve is a straight line, and a tie is half a win.
    areaTwice += width * (2 * gained + change)
    winsTwice += (width - ones) * (2 * positives + ones)
    gained += change
    positives += ones
    width = change = ones = 0
  }
  const total = Math.max(weights.length, 1)
  return {
    auc: aucOfWins(winsTwice / 2, positives, weights.length - positives),
    areaGained: areaTwice / (2 * total * total),
  }
}

export interface DecisionShares {
  sent: number
  sentAfterLocal: number
  /** What the decisions add to local-only's top-1. */
  gained: number
}

/** What the decisions come to, in shares of all; `weights` as for `walkRanking`. */
export function countDecisions(router: RankedRouter, weights: Int32Array): DecisionShares {
  const { sentRows, gainOfSent, afterLocalOfSent } = router
  let [sent, after, gained] = [0, 0, 0]
  for (let i = 0; i < sentRows.length; i++) {
    const weight = weights[sentRows[i]!]!
    sent += weight
    after += weight * afterLocalOfSent[i]!
    gained += weight * gainOfSent[i]!
  }
  const total = Math.max(weights.length, 1)
  return { sent: sent / total, sentAfterLocal: after / total, gained: gained / total }
}

/** What the deferral curve has gained over local-only where it sends `share` of all; weights add up to their number. */
export function gainedAt(router: RankedRouter, weights: Int32Array, share: number): number {
  const { order, endsGroup, gain } = router
  const wanted = share * weights.length
  let [reached, gained, width, change] = [0, 0, 0, 0]
  for (let i = 0; i < order.length && reached < wanted; i++) {
    const weight = weights[order[i]!]!
    width += weight
    change += weight * gain[i]!
    if (endsGroup[i] === 0) continue
    if (width > 0) gained += change * Math.min(1, (wanted - reached) / width)
    reached += width
    width = change = 0
  }
  return gained / Math.max(weights.length, 1)
}

/** Where top-1 exceeds that of sending by lot most; nothing sent where it never does. */
export function bestOffload({ groupEnds, gain }: RankedRouter): { offload: number; gain: number } {
  const total = Math.max(gain.length, 1)
  const gainOfAll = gain.reduce((sum, one) => sum + one, 0)
  let best = { offload: 0, gain: 0 }
  let gained = 0
  let start = 0
  for (const end of groupEnds) {
    for (; start < end; start++) gained += gain[start]!
    const over = (gained - (end / total) * gainOfAll) / total
    // A tie within rounding is won by the lower offload.
    if (over > best.gain + 1e-12) best = { offload: end / total, gain: over }
  }
  return best
}
