// What a plan must be beside well-formed. A group becomes current as a whole when the rollout completes, so its last
// stage must have shown all of it: a plan that ends at 50 % would push the other half through unseen.

import type { RolloutPlan } from '#contract/rollout.ts'

/** Why the plan cannot be rolled out, in words; undefined where it can. */
export function reasonAgainstPlan({ stages, quality }: RolloutPlan): string | undefined {
  const largest = new Map<string, number>()
  for (const [i, { group, share, devices }] of stages.entries()) {
    const before = largest.get(group) ?? 0
    if (before >= 1) return `stage ${i + 1} comes after all of group "${group}", expected it before`
    if (devices === undefined && share <= before)
      return `stage ${i + 1} has share ${share} of group "${group}", expected more than ${before}`
    if (devices === undefined) largest.set(group, share)
    else largest.set(group, before)
  }
  for (const [group, share] of largest)
    if (share < 1) return `group "${group}" ends at share ${share}, expected a last stage with share 1`
  const { offloadShareMin: min = 0, offloadShareMax: max = 1 } = quality
  if (min > max) return `offload share is to be at least ${min} and at most ${max}, expected a range`
  return undefined
}

/** In the order in which the plan reaches them. */
export const groupsOf = ({ stages }: RolloutPlan): string[] => [...new Set(stages.map((s) => s.group))]
