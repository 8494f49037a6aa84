// How two models' answers overlap: the four shares that bound what any router between them can reach. With g =
// only the edge right and h = only the local one right, an oracle gains g over local-only and h over edge-only.
// Selecting and evaluating both tell them, so they are counted in one place.

import type { PairShares } from '#contract/results/selection.ts'

/** Shares of all rows, 1 where that model was right; all 0 for no rows. `weights`, whole, say how often each counts. */
export function pairShares(
  localRight: ArrayLike<number>,
  edgeRight: ArrayLike<number>,
  weights?: ArrayLike<number>,
): PairShares {
  if (localRight.length !== edgeRight.length)
    throw new RangeError(
      `Cannot compare a pair: are ${localRight.length} local and ${edgeRight.length} edge outcomes, expected as many of both`,
    )
  let [total, local, edge, both] = [0, 0, 0, 0]
  for (let i = 0; i < localRight.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    total += weight
    // Not `*`: the bootstrap comes by fifty million times, and this takes a third.
    local += Math.imul(weight, localRight[i]!)
    edge += Math.imul(weight, edgeRight[i]!)
    both += Math.imul(weight, localRight[i]! & edgeRight[i]!)
  }
  const size = Math.max(total, Number.MIN_VALUE)
  return {
    bothRight: both / size,
    onlyEdgeRight: (edge - both) / size,
    onlyLocalRight: (local - both) / size,
    bothWrong: (total - local - edge + both) / size,
  }
}
