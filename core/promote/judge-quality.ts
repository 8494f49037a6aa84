// Whether a stage's decisions stay within the rollout's bounds. Nothing is judged from fewer decisions than the
// stage asks for, and a figure that nobody measured breaks no bound: unknown is told as unknown, not as bad.
//
// Disagreement comes from audits, which are a few in a hundred images. One disagreement among the first three is no
// reason to send a fleet back: its bound is broken once the true share is above it with 95 % confidence, by the exact
// lower end of Clopper and Pearson.

import type { QualityBounds, QualityFigures } from '#contract/rollout.ts'
import { clopperPearsonUpper } from '../threshold/clopper-pearson.ts'

export interface QualityLine {
  readonly what: string
  /** Null where it was not measured. */
  readonly value: number | null
  readonly bound: number
  readonly is: 'at most' | 'at least'
  readonly verdict: 'within' | 'broken' | 'not judged'
}

const RULES = [
  { what: 'offload share', figure: 'offloadShare', bound: 'offloadShareMin', is: 'at least' },
  { what: 'offload share', figure: 'offloadShare', bound: 'offloadShareMax', is: 'at most' },
  { what: 'fallback share', figure: 'fallbackShare', bound: 'fallbackShareMax', is: 'at most' },
  { what: 'edge failure share', figure: 'edgeFailureShare', bound: 'edgeFailureShareMax', is: 'at most' },
  { what: 'latency p95 in ms', figure: 'latencyP95Ms', bound: 'latencyP95MaxMs', is: 'at most' },
  { what: 'disagreement', figure: 'disagreement', bound: 'disagreementMax', is: 'at most' },
] as const

/** One line a bound that was set. */
export function judgeQuality(
  bounds: QualityBounds,
  figures: QualityFigures,
  minDecisions: number,
): QualityLine[] {
  const isEnough = figures.decisions >= Math.max(1, minDecisions)
  return RULES.flatMap(({ what, figure, bound, is }) => {
    const limit = bounds[bound]
    if (limit === undefined) return []
    const value = figures[figure]
    const judged = figure === 'disagreement' ? certainDisagreement(figures) : value
    const isWithin = judged !== null && (is === 'at most' ? judged <= limit : judged >= limit)
    const verdict = !isEnough || value === null ? 'not judged' : isWithin ? 'within' : 'broken'
    return [{ what, value, bound: limit, is, verdict }]
  })
}

/** One-sided, for one bound. */
const DELTA = 0.05

/** At least so much, with confidence 1 - DELTA; the share itself where nobody told of how many it is. */
function certainDisagreement({ disagreement, audits }: QualityFigures): number | null {
  if (disagreement === null || audits === undefined) return disagreement
  const agreed = audits - Math.round(disagreement * audits)
  return 1 - clopperPearsonUpper(agreed, audits, DELTA)
}

const rounded = (value: number): string => String(Math.round(value * 1_000) / 1_000)

/** Undefined where no bound is broken. */
export function wordsForBroken(lines: readonly QualityLine[], decisions: number): string | undefined {
  const broken = lines
    .filter((line) => line.verdict === 'broken')
    .map((line) => `${line.what} is ${rounded(line.value!)}, expected ${line.is} ${rounded(line.bound)}`)
  return broken.length === 0 ? undefined : `${broken.join('; ')} (${decisions} decisions)`
}
