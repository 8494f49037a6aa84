// A limit on what is spent as a mean, with bursts: a token bucket (Turner, "New directions in communications", 1986)
// that counts in seconds of its rate and not in tokens, so that a new rate takes over what an old one had left. A cost
// that is larger than the bucket (one image of megabytes) is let through when the bucket is full, and leaves a debt:
// the mean holds, and no image is too large to be ever sent. Pure: the clock comes from outside.

/** Undefined: nothing was spent yet, so it is full. */
export type TokenBucket = { readonly levelS: number; readonly atMs: number } | undefined

export interface BucketLimit {
  readonly perSecond: number
  /** How many seconds' worth the bucket holds. */
  readonly burstSeconds: number
}

export function levelS(bucket: TokenBucket, { burstSeconds }: BucketLimit, nowMs: number): number {
  if (!bucket) return burstSeconds
  return Math.min(burstSeconds, bucket.levelS + Math.max(0, nowMs - bucket.atMs) / 1_000)
}

/** The bucket after `cost`, or undefined where there is too little in it. At least `reserveS` must stay in it. */
export function spend(
  bucket: TokenBucket,
  limit: BucketLimit,
  { cost, nowMs, reserveS = 0 }: { cost: number; nowMs: number; reserveS?: number },
): TokenBucket {
  const level = levelS(bucket, limit, nowMs)
  const costS = cost / limit.perSecond
  // Half a microsecond: what rounding may lose of a bucket that was filled in small steps.
  if (level + 5e-7 < Math.min(costS + reserveS, limit.burstSeconds)) return undefined
  return { levelS: level - costS, atMs: nowMs }
}
