// What a deployment saves at its devices, against the two ways that need no router: every image to the edge, and none.
// Both are told, since one alone can always be made to look well: a router that sends nothing saves all that uploads
// cost, one that sends everything costs what it costs. Intervals are of 95 %, of the mean by its standard error; the
// baselines' own spread is added at its worst, so that the intervals of the saving are rather too wide.

import type { Interval } from '#contract/results/interval.ts'
import { shareOf } from './share-interval.ts'

export interface SpentAtDevices {
  readonly images: number
  readonly offloaded: number
  readonly meanJ: number | null
  readonly sdJ: number | null
  readonly kept: number
  readonly keptMeanJ: number | null
  readonly keptSdJ: number | null
}

/** As the pair's profiles say. */
export interface BaselineCosts {
  readonly featuresJ: number
  readonly localJ: number
  readonly uploadJ: number
  /** Whether images are kept without features having been computed. */
  readonly isCascade: boolean
}

/** `unsure`: the interval holds 0. */
export type SavingVerdict = 'saves' | 'costs' | 'unsure'

export interface AgainstBaseline {
  readonly baselineJ: Interval
  /** Share of the baseline's energy; below 0 where routing costs more. */
  readonly saved: Interval
  readonly verdict: SavingVerdict
}

export interface EnergySaving {
  readonly images: number
  readonly offloadShare: Interval
  readonly deviceJ: Interval
  readonly edgeOnly: AgainstBaseline
  readonly localOnly: AgainstBaseline
  /** Whether what the local tier costs was seen in these answers, or is that of the profiles. */
  readonly localFrom: 'decisions' | 'profiles'
}

/** Below that a standard error says little. */
export const IMAGES_MIN = 30
const Z = 1.96
/** Beside a baseline of nothing every cost is infinitely more, which JSON cannot say. */
const TIMES_MAX = 1e6

const exactly = (value: number): Interval => ({ value, low: value, high: value })

function meanOf(value: number, sd: number, count: number): Interval {
  const off = (Z * sd) / Math.sqrt(count)
  return { value, low: Math.max(0, value - off), high: value + off }
}

/** Null from too few images. */
export function energySaving(spent: SpentAtDevices, costs: BaselineCosts): EnergySaving | null {
  const { images, offloaded, meanJ, sdJ, kept, keptMeanJ, keptSdJ } = spent
  if (images < IMAGES_MIN || meanJ === null || sdJ === null) return null
  const deviceJ = meanOf(meanJ, sdJ, images)
  const isSeen = kept >= IMAGES_MIN && keptMeanJ !== null && keptSdJ !== null
  const keptJ = isSeen ? meanOf(keptMeanJ, keptSdJ, kept) : exactly(costs.localJ)
  // Features are what routing costs, not what the local model does.
  const lessJ = isSeen && !costs.isCascade ? costs.featuresJ : 0
  const localJ = {
    value: Math.max(0, keptJ.value - lessJ),
    low: Math.max(0, keptJ.low - lessJ),
    high: Math.max(0, keptJ.high - lessJ),
  }
  return {
    images,
    offloadShare: shareOf(offloaded, images),
    deviceJ,
    edgeOnly: against(deviceJ, exactly(costs.uploadJ)),
    localOnly: against(deviceJ, localJ),
    localFrom: isSeen ? 'decisions' : 'profiles',
  }
}

function against(spent: Interval, baseline: Interval): AgainstBaseline {
  const share = (j: number, of: number) => (j === 0 && of === 0 ? 0 : 1 - Math.min(j / of, TIMES_MAX))
  const saved = {
    value: share(spent.value, baseline.value),
    low: share(spent.high, baseline.low),
    high: share(spent.low, baseline.high),
  }
  const verdict = saved.low > 0 ? 'saves' : saved.high < 0 ? 'costs' : 'unsure'
  return { baselineJ: baseline, saved, verdict }
}
