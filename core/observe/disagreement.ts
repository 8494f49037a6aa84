// How often the two tiers name different classes for images that stayed on their device, from the few that were sent
// to the edge as well. A share of a few dozen images says little by itself, so it never comes without the exact
// interval of Clopper and Pearson (1934): 95 % of such intervals hold the true share, whatever it is. What it does not
// tell is who of the two is right.

import { shareOf } from './share-interval.ts'

export interface Disagreement {
  readonly audits: number
  readonly disagreed: number
  readonly share: number
  /** Of the 95 % interval. */
  readonly low: number
  readonly high: number
}

/** Null where nothing was audited: unknown, not zero. */
export function disagreementOf(disagreed: number, audits: number): Disagreement | null {
  if (audits === 0) return null
  const { value: share, low, high } = shareOf(disagreed, audits)
  return { audits, disagreed, share, low, high }
}
