// How two models' answers overlap: the four shares that bound what any router between them can reach. With g =
// only the edge right and h = only the local one right, an oracle gains g over local-only and h over edge-only.
// Selecting and evaluating both tell them, so they are counted in one place.

import type { PairShares } from '#contract/selection.ts'

/** Shares of all rows, 1 where that model was right; all 0 for no rows. */
export function pairShares(
  localRight: ArrayLike<number>,
  edgeRight: ArrayLike<number>,
  weights?: ArrayLike<number>,
): PairShares {
  if (localRight.length !== edgeRight.length)
    throw new RangeError(
      `Cannot compare a pair: are ${localRight.length} local and ${edgeRight.length} edge outcomes, expected as many of both`,
    )
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < localRight.length; i++)
    counts[(localRight[i] === 1 ? 2 : 0) + (edgeRight[i] === 1 ? 1 : 0)]! += weights?.[i] ?? 1
  const [neither, edge, local, both] = counts as [number, number, number, number]
  const total = Math.max(neither + edge + local + both, Number.MIN_VALUE)
  return {
    bothRight: both / total,
    onlyEdgeRight: edge / total,
    onlyLocalRight: local / total,
    bothWrong: neither / total,
  }
}
