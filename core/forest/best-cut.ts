// The best place to cut one column of one node, by Gini impurity (Breiman et al. 1984) with balanced class
// weights. Rows come grouped by rank, so that every possible cut is seen in one ascending scan: cuts are exact,
// not those of a histogram. The counts stay integers until they are weighted, which makes the result
// independent of the rows' order.

import type { NodeRows, RankGroups } from './rank-groups.ts'
import type { Column } from './ranked-table.ts'

export interface Cut {
  feature: number
  /** Rows with this rank or a lower one go left. */
  rank: number
  threshold: number
  /** Weighted impurity of both sides together; lower is better. */
  impurity: number
}

/** Weight of one row by its label. */
export type ClassWeights = readonly [number, number]

/** Balanced: both classes weigh the same in all; 0 for a class without rows. */
export function balancedWeights(labels: Uint8Array): ClassWeights {
  const ones = labels.reduce((sum, label) => sum + label, 0)
  const weigh = (count: number) => (count === 0 ? 0 : labels.length / (2 * count))
  return [weigh(labels.length - ones), weigh(ones)]
}

/** Weight times Gini impurity, halved: w0 w1 / (w0 + w1). */
export function impurityOf(zeros: number, ones: number, weights: ClassWeights): number {
  const w0 = zeros * weights[0]
  const w1 = ones * weights[1]
  return w0 + w1 === 0 ? 0 : (w0 * w1) / (w0 + w1)
}

export interface Node extends NodeRows {
  /** Rows of either label, bootstrap repeats included. */
  zeros: number
  ones: number
}

/** Where to cut: `groups` up to and including `last` go left. */
interface GroupCut {
  last: number
  impurity: number
}

/** The lowest of equally good cuts; null where no cut leaves at least `minLeaf` rows on both sides. */
export function bestCut(
  groups: RankGroups,
  node: Node,
  feature: { index: number; column: Column },
  options: { weights: ClassWeights; minLeaf: number },
): Cut | null {
  const { last, impurity } = scan(groups, node, options)
  if (last === -1) return null
  const rank = groups.ranks[last]!
  const threshold = between(feature.column, rank, groups.ranks[last + 1]!)
  return { feature: feature.index, rank, threshold, impurity }
}

function scan(
  groups: RankGroups,
  node: Node,
  { weights, minLeaf }: { weights: ClassWeights; minLeaf: number },
): GroupCut {
  const all = node.zeros + node.ones
  const best: GroupCut = { last: -1, impurity: Number.POSITIVE_INFINITY }
  let zeros = 0
  let ones = 0
  for (let i = 0; i + 1 < groups.count; i++) {
    zeros += groups.zeros[i]!
    ones += groups.ones[i]!
    const left = zeros + ones
    if (left < minLeaf || all - left < minLeaf) continue
    const impurity =
      impurityOf(zeros, ones, weights) + impurityOf(node.zeros - zeros, node.ones - ones, weights)
    if (impurity < best.impurity) {
      best.impurity = impurity
      best.last = i
    }
  }
  return best
}

/** Halfway, unless rounding would push the threshold onto the upper value and so change who goes left. */
function between(column: Column, lower: number, upper: number): number {
  const low = column.values[lower]!
  const high = column.values[upper]!
  const middle = low + (high - low) / 2
  return middle < high ? middle : low
}
