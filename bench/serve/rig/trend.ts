// Whether a quantity grows over time: a line by least squares through the means of equal stretches, with a 95 %
// interval of its slope. Means of stretches and not single looks: memory moves as a saw tooth, and neighbouring looks
// say nearly the same, which would make the interval far too narrow.

const STRETCHES = 20
/** Student's t for 97.5 % and 18 degrees of freedom. */
const T = 2.101
/** Growth below this share of the whole in the time that was looked at is not told from none. */
const MATERIAL = 0.01

export interface Trend {
  readonly mean: number
  /** From the first look to the last, with the ends of its interval. */
  readonly growth: number
  readonly growthLow: number
  readonly growthHigh: number
  readonly isGrowing: boolean
}

/** Needs at least twice as many values as stretches. */
export function trendOf(values: readonly number[]): Trend {
  if (values.length < 2 * STRETCHES)
    throw new RangeError(`Cannot find trend: has ${values.length} values, expected at least ${2 * STRETCHES}`)
  const means = Array.from({ length: STRETCHES }, (_, i) => {
    const from = Math.floor((i * values.length) / STRETCHES)
    return meanOf(values.slice(from, Math.floor(((i + 1) * values.length) / STRETCHES)))
  })
  const mean = meanOf(means)
  const middle = (STRETCHES - 1) / 2
  const spread = means.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
  const slope = means.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread
  const left = means.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0)
  const half = T * Math.sqrt(left / (STRETCHES - 2) / spread)
  const [growth, growthLow, growthHigh] = [slope, slope - half, slope + half].map((s) => s * STRETCHES)
  return {
    mean,
    growth: growth!,
    growthLow: growthLow!,
    growthHigh: growthHigh!,
    isGrowing: growthLow! > 0 && growth! > MATERIAL * mean,
  }
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
