// What a profile comes to (the figures of paper, section 3.2): accuracy and latency from the outcomes alone,
// energy and memory as the device measured them. Percentiles are nearest-rank, so each is a latency that
// really occurred. Outcomes without a single row have no summary.

import type { JobResult, Outcome, ProfileSummary } from '#contract/outcome.ts'
import { nearestRank } from './nearest-rank.ts'
import { isRight, labelOf } from './right-answers.ts'

/** `labels` by image index; shares are 0..1. */
export function summariseProfile(
  outcomes: readonly Outcome[],
  labels: ArrayLike<number>,
  result: JobResult,
): ProfileSummary {
  const images = outcomes.length
  if (images === 0) throw new RangeError('Cannot summarise profile: has 0 outcomes, expected at least one')
  let top1 = 0
  let top5 = 0
  for (const outcome of outcomes) {
    const label = labelOf(outcome, labels)
    if (isRight(outcome, label, 1)) top1++
    if (isRight(outcome, label, 5)) top5++
  }
  const latencies = Float64Array.from(outcomes, (outcome) => outcome.latencyMs).sort()
  return {
    images,
    top1: top1 / images,
    top5: top5 / images,
    latencyMeanMs: latencies.reduce((sum, ms) => sum + ms, 0) / images,
    latencyP50Ms: nearestRank(latencies, 50),
    latencyP95Ms: nearestRank(latencies, 95),
    latencyP99Ms: nearestRank(latencies, 99),
    energy: result.energy,
    peakMemoryBytes: result.peakMemoryBytes,
  }
}
