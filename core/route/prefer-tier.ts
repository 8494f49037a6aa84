// Which tier a client's preference names. `accuracy` and `local-only` always name one. `latency` and `energy` name the
// tier that is expected to answer sooner, or to cost this device less, and none where that is not known for both: then
// the router decides, as for `balanced`, and what it chooses is measured. Decided before anything is computed, so that
// also a router that looks at the local answer costs nothing where the edge is the cheaper way.

import type { Preference } from '#contract/decision.ts'
import type { Expected } from '#contract/function-bindings.ts'
import type { Tier } from '#contract/tier.ts'

/** Undefined where the router is to decide. */
export function preferTier(preference: Preference, expected: Expected | undefined): Tier | undefined {
  switch (preference) {
    case 'local-only':
      return 'local'
    case 'accuracy':
      return 'edge'
    case 'balanced':
      return undefined
    case 'latency':
      return cheaper(expected?.localMs, expected?.edgeMs)
    case 'energy':
      return cheaper(expected?.localJ, expected?.edgeJ)
  }
}

/** A tie stays on the device. */
function cheaper(local: number | undefined, edge: number | undefined): Tier | undefined {
  if (local === undefined || edge === undefined) return undefined
  return edge < local ? 'edge' : 'local'
}
