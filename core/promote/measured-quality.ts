// A stage's quality figures with how sure they are, for people who look on: every share with its exact 95 % interval. The
// 95th percentile has none, since figures alone do not tell how latencies lie around it.

import type { Interval } from '#contract/results/interval.ts'
import type { QualityFigures } from '#contract/rollout.ts'
import { shareOf } from '../observe/share-interval.ts'

export interface MeasuredQuality {
  /** As bounds name it (judge-quality.ts). */
  readonly what: string
  /** Null where it was not measured. */
  readonly value: number | null
  readonly interval: Interval | null
  /** Of how many decisions, or audits. */
  readonly of: number
}

const SHARES = [
  ['offload share', 'offloadShare'],
  ['fallback share', 'fallbackShare'],
  ['edge failure share', 'edgeFailureShare'],
  ['disagreement', 'disagreement'],
] as const

export function measuredQuality(figures: QualityFigures): MeasuredQuality[] {
  const shares = SHARES.map(([what, figure]) => {
    const value = figures[figure]
    const of = figure === 'disagreement' ? (figures.audits ?? 0) : figures.decisions
    const interval = value === null || of === 0 ? null : shareOf(Math.round(value * of), of)
    return { what, value, interval, of }
  })
  const latency = { what: 'latency p95 in ms', value: figures.latencyP95Ms, interval: null }
  return [...shares, { ...latency, of: figures.decisions }]
}
