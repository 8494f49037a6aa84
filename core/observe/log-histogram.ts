// How a quantity is spread over many answers, in 64 counts that add up: those of two hours, or of two groups, are the
// sums of their counts, which no percentile is. Buckets grow by a fourth of a factor of two, so that an estimate from
// them is off by at most 19 %, and mostly by far less, since within a bucket values are taken to lie evenly.
//
// The migration 0009_decisions-by-day counts in the same buckets: they may not change.

export const BUCKETS = 64
const PER_DOUBLING = 4

/** Where the first bucket ends: 0.5 ms, so that the last one begins at 23 s. */
export const LATENCY_LEAST_MS = 0.5
/** 1 mJ, so that the last one begins at 46 J. */
export const ENERGY_LEAST_J = 0.001

export const noCounts = (): number[] => new Array<number>(BUCKETS).fill(0)

/** The bucket of a value that is not negative. */
export function bucketOf(value: number, least: number): number {
  if (value < least) return 0
  return Math.min(BUCKETS - 1, 1 + Math.floor(PER_DOUBLING * Math.log2(value / least)))
}

const startOf = (bucket: number, least: number): number =>
  bucket === 0 ? 0 : least * 2 ** ((bucket - 1) / PER_DOUBLING)

/** The share `p` of the values is about at most this; null without any. Of the last bucket only its start is known. */
export function quantileOf(counts: readonly number[], p: number, least: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(p * total))
  let below = 0
  for (const [bucket, count] of counts.entries()) {
    if (below + count >= rank) {
      const start = startOf(bucket, least)
      if (bucket === BUCKETS - 1) return start
      // The middle of the place of its rank, as if the bucket's values stood evenly in it.
      return start + ((rank - below - 0.5) / count) * (startOf(bucket + 1, least) - start)
    }
    below += count
  }
  throw new RangeError(`Cannot find quantile ${p}: expected a share from 0 to 1`)
}
