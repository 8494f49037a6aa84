// Which images a confidence router would send at a given share: those whose best class has the least probability.
// Images as sure as the last one sent form a group; chance takes the missing part of it, so the group counts by its
// average. That makes the figures independent of the images' order. Only the value at the cut is needed, so the
// probabilities are sorted as plain numbers, several times faster than sorting rows by them.

export interface LeastSure {
  /** Images that are sent. */
  readonly sent: Int32Array
  /** Images at the cut, and the share of them that is sent. */
  readonly tied: Int32Array
  readonly tiedShare: number
}

export function leastSure(topProbability: Float64Array, offloadShare: number): LeastSure {
  const quota = offloadShare * topProbability.length
  const sorted = topProbability.slice().sort()
  if (Number.isNaN(sorted.at(-1)))
    throw new RangeError('Cannot order images: a probability is NaN, expected numbers')
  const cut = quota > 0 ? sorted[Math.min(Math.ceil(quota), sorted.length) - 1]! : Number.NEGATIVE_INFINITY
  const images = Int32Array.from(topProbability.keys())
  const sent = images.filter((image) => topProbability[image]! < cut)
  const tied = images.filter((image) => topProbability[image] === cut)
  return { sent, tied, tiedShare: tied.length === 0 ? 0 : (quota - sent.length) / tied.length }
}
