// Percentiles by nearest rank: the least value that at least that percentage of all do not exceed. No value is
// invented between two measured ones, and a percentile of few values is still one of them.
// Latency percentiles and bootstrap limits are both read this way.

/** `sorted` ascending and not empty. */
export function nearestRank(sorted: Float64Array, percent: number): number {
  // Multiplied before divided: 0.95 * 20 would round up past the nineteenth.
  return sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)]!
}
