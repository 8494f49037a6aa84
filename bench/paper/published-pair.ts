// The paper's pair (MobileNet v1 on a Raspberry Pi 3 B+, Inception v4 on a Jetson TX2) as outcomes and costs: 50,000
// images drawn to its published marginals, and its published profiles. What it does not state is solved for and named:
// it gives the routed latency as one number, so the way of an image to the edge is what is left of that number once
// the features take as long as their joules take at the power of an inference.

import type { PairCosts } from '#contract/results/evaluation.ts'
import type { PairAnswers } from '#core/evaluate/deferral.ts'
import { PUBLISHED_UPLOAD_J, PUBLISHED_UPLOAD_SOURCE } from '#core/profile/published-upload.ts'

export const IMAGES = 50_000

/** Shares of images, and top-1 of the two alone as its text gives them for the profiles. */
export const SHARES = { bothRight: 0.672, onlyEdgeRight: 0.1296, onlyLocalRight: 0.035 } as const

const LOCAL = { ms: 519.63, j: 0.49 } as const
const EDGE = { ms: 107.18, j: 2.4 } as const
const ROUTED_MS = 561.7
const FEATURES_J = 0.047 + 0.001
const KEPT_SHARE = 0.345 / LOCAL.j

/** As its energy breakdown implies: 0.345 J of 0.49 J. */
export const SENT_SHARE = 1 - KEPT_SHARE

/** Of the heavy model on the Pi itself, what its 93.2 and 91.6 % compare with. */
export const HEAVY_LOCAL = { ms: 6_680, j: 6.66 } as const

const FEATURES_MS = FEATURES_J / (LOCAL.j / LOCAL.ms)

export const COSTS: PairCosts = {
  featuresMs: FEATURES_MS,
  featuresJ: FEATURES_J,
  localMs: LOCAL.ms,
  localJ: LOCAL.j,
  edgeMs: EDGE.ms,
  edgeJ: EDGE.j,
  uploadMs: (ROUTED_MS - FEATURES_MS - KEPT_SHARE * LOCAL.ms) / SENT_SHARE - EDGE.ms,
  uploadJ: PUBLISHED_UPLOAD_J,
  uploadSource: PUBLISHED_UPLOAD_SOURCE,
}

export type Kind = 'only-edge' | 'both' | 'only-local' | 'neither'

export interface PublishedOutcomes extends PairAnswers {
  readonly kinds: readonly Kind[]
}

/** Exactly as many of each kind as the shares say; what is left is wrong with both. Order means nothing. */
export function publishedOutcomes(): PublishedOutcomes {
  const count = (share: number) => Math.round(share * IMAGES)
  const counts: readonly (readonly [Kind, number])[] = [
    ['both', count(SHARES.bothRight)],
    ['only-edge', count(SHARES.onlyEdgeRight)],
    ['only-local', count(SHARES.onlyLocalRight)],
  ]
  const named = counts.flatMap(([kind, n]) => Array<Kind>(n).fill(kind))
  const kinds = [...named, ...Array<Kind>(IMAGES - named.length).fill('neither')]
  const rightOf = (...right: Kind[]) => Uint8Array.from(kinds, (kind) => Number(right.includes(kind)))
  return { kinds, localRight: rightOf('both', 'only-local'), edgeRight: rightOf('both', 'only-edge') }
}
