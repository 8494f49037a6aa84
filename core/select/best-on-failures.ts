// Algorithm 2 (paper, section 3.2): the edge model is, among the others, the one most often right on the images
// that the local model gets wrong. Overall accuracy would be the wrong measure: what both get right, the edge
// never sees. Ties go to the lower edge latency, then to the first by name.

import { compareNames } from './fastest-local.ts'

export interface EdgeFigures {
  name: string
  edgeLatencyMeanMs: number
  /** By image: 1 where right, on the edge device's profile. */
  right: Uint8Array
}

/** How many of the images that the local model gets wrong this one gets right. */
export function rightOnFailures(right: Uint8Array, localRight: Uint8Array): number {
  if (right.length !== localRight.length)
    throw new RangeError(
      `Cannot compare candidates: have ${right.length} and ${localRight.length} images, expected the same data set`,
    )
  // A plain loop: the front of a hundred models asks ten thousand times.
  let hits = 0
  for (let image = 0; image < right.length; image++) hits += right[image]! & ~localRight[image]!
  return hits
}

/** Undefined where there is nobody else, or nobody is right on any failure. */
export function bestOnFailures<T extends EdgeFigures>(
  others: readonly T[],
  localRight: Uint8Array,
): T | undefined {
  const best = others
    .map((candidate) => ({ candidate, hits: rightOnFailures(candidate.right, localRight) }))
    .toSorted(
      (a, b) =>
        b.hits - a.hits ||
        a.candidate.edgeLatencyMeanMs - b.candidate.edgeLatencyMeanMs ||
        compareNames(a.candidate.name, b.candidate.name),
    )[0]
  return best && best.hits > 0 ? best.candidate : undefined
}
