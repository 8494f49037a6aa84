// What the figures say, in words that a person can act on: is the router better than drawing lots, at which
// offload was that measured, and what it gains over random at the same offload. "No" is an answer here, not an
// error. Better than chance means that the whole 95 % interval of the DGC lies above 0, and that there was
// something to find: without an image that only the edge gets right, no router can help.

import type { Interval } from '#contract/evaluation.ts'

export interface VerdictFacts {
  dgc: Interval
  offloadShare: number
  routerTop1: number
  randomTop1: number
  /** Share of images that only the edge gets right. */
  onlyEdgeRight: number
}

export function verdict(facts: VerdictFacts): { beatsChance: boolean; words: string } {
  const { dgc } = facts
  if (!(facts.onlyEdgeRight > 0))
    return {
      beatsChance: false,
      words: 'Not better than chance: there is no image that only the edge model gets right.',
    }
  const beatsChance = dgc.low > 0
  const measure = `DGC ${figure(dgc.value)} (95 % ${figure(dgc.low)} to ${figure(dgc.high)})`
  const points = (facts.routerTop1 - facts.randomTop1) * 100
  const gain = `${Math.abs(points).toFixed(1)} points ${points < 0 ? 'less' : 'more'} than random at the same offload`
  return {
    beatsChance,
    words:
      `${beatsChance ? 'Better' : 'Not better'} than chance: ${measure}. ` +
      `Offloading ${percent(facts.offloadShare)}, it is right on ${percent(facts.routerTop1)}, ${gain}.`,
  }
}

/** Two digits, and no "-0.00". */
export function figure(value: number): string {
  return value.toFixed(2).replace(/^-(0\.0+)$/, '$1')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
