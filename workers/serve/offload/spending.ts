// What this device has spent on its edges, in buckets that outlive a deployment: a new budget takes over what the old
// one had left. Probes and second tries pay like everything else. The upload's energy is the published one.

import type { OffloadBudget } from '#contract/deployment.ts'
import { type OffloadBuckets, spendOffload } from '#core/offload/offload-budget.ts'
import { PUBLISHED_UPLOAD_J } from '#core/profile/published-upload.ts'
import type { ServedImage } from '../request-context.ts'
import { overBudget, type Refusal } from './refusals.ts'

export class Spending {
  #buckets: OffloadBuckets = {}

  /** Undefined where the image may be sent, which is then paid for. */
  spend(budget: OffloadBudget | undefined, { bytes }: ServedImage, background = false): Refusal | undefined {
    if (!budget) return undefined
    const cost = { requests: 1, bytes: bytes.byteLength, joules: PUBLISHED_UPLOAD_J }
    const after = spendOffload(this.#buckets, budget, { cost, nowMs: performance.now(), background })
    if ('short' in after) return overBudget(after.short)
    this.#buckets = after.buckets
    return undefined
  }
}
