// What a device may spend on the edge by its deployment's policy: requests, bytes and energy, each a token bucket. An
// image is sent only where all of them allow it, and then all of them pay. What is sent in the background leaves the
// lower half of each bucket to the images of clients.

import type { OffloadBudget } from '#contract/deployment.ts'
import { spend, type TokenBucket } from './token-bucket.ts'

const KINDS = ['requests', 'bytes', 'joules'] as const
type Kind = (typeof KINDS)[number]

/** Undefined buckets are full. */
export type OffloadBuckets = { readonly [kind in Kind]?: TokenBucket }

export type OffloadCost = { readonly [kind in Kind]: number }

/** Of what a bucket holds, what the background may not touch. */
const KEPT_FROM_BACKGROUND = 0.5

/** The buckets after this cost, or which of them holds too little. */
export function spendOffload(
  buckets: OffloadBuckets,
  budget: OffloadBudget,
  { cost, nowMs, background = false }: { cost: OffloadCost; nowMs: number; background?: boolean },
): { readonly buckets: OffloadBuckets } | { readonly short: Kind } {
  const rates = {
    requests: budget.requestsPerSecond,
    bytes: budget.bytesPerSecond,
    joules: budget.watts,
  }
  const { burstSeconds } = budget
  const reserveS = background ? burstSeconds * KEPT_FROM_BACKGROUND : 0
  const after: { [kind in Kind]?: TokenBucket } = { ...buckets }
  for (const kind of KINDS) {
    const perSecond = rates[kind]
    if (perSecond === undefined) continue
    const bucket = spend(buckets[kind], { perSecond, burstSeconds }, { cost: cost[kind], nowMs, reserveS })
    if (bucket === undefined) return { short: kind }
    after[kind] = bucket
  }
  return { buckets: after }
}
