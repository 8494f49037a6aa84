// Joules from a power trace: the trapezoid rule between the samples, over a window whose bounds seldom are samples.
// Inside the trace a bound is interpolated; where the trace begins late or ends early its nearest sample is held,
// so that a reading that failed at the edge costs accuracy and not energy. What is missing is told: a step of more
// than three intervals is a gap, whether nobody came to read or what was read made no sense.

/** Samples by time, never going back. */
export interface PowerTrace {
  readonly timesS: ArrayLike<number>
  readonly watts: ArrayLike<number>
}

export interface Window {
  readonly fromS: number
  readonly toS: number
}

export interface IntegratedPower {
  readonly joules: number
  readonly seconds: number
  /** Samples inside the window. */
  readonly samples: number
  /** Steps of more than three intervals without a sample. */
  readonly gaps: number
}

/** One late timer is normal; three in a row mean that something was not seen. */
const GAP_INTERVALS = 3

export function integratePower(trace: PowerTrace, window: Window, intervalS: number): IntegratedPower {
  const { timesS, watts } = trace
  const { fromS, toS } = window
  if (!(toS > fromS))
    throw new RangeError(
      `Cannot integrate power "${fromS} to ${toS} s": is no time, expected an end behind it`,
    )
  if (timesS.length === 0 || timesS.length !== watts.length)
    throw new RangeError(
      `Cannot integrate power: has ${timesS.length} times and ${watts.length} watts, expected as many of both`,
    )
  const last = timesS.length - 1
  let joules = 0
  let beforeS = fromS
  let before = wattsAt(trace, fromS)
  for (let i = firstAfter(timesS, fromS); i <= last && timesS[i]! < toS; i++) {
    joules += ((before + watts[i]!) / 2) * (timesS[i]! - beforeS)
    beforeS = timesS[i]!
    before = watts[i]!
  }
  joules += ((before + wattsAt(trace, toS)) / 2) * (toS - beforeS)
  return { joules, seconds: toS - fromS, ...seenIn(timesS, window, intervalS) }
}

/** How well a window was watched: what is between its bounds, and where nothing is. */
export function seenIn(
  timesS: ArrayLike<number>,
  { fromS, toS }: Window,
  intervalS: number,
): Pick<IntegratedPower, 'samples' | 'gaps'> {
  let samples = 0
  let gaps = 0
  let beforeS = fromS
  for (let i = 0; i < timesS.length && timesS[i]! <= toS; i++) {
    if (timesS[i]! < fromS) continue
    if (timesS[i]! - beforeS > GAP_INTERVALS * intervalS) gaps++
    beforeS = timesS[i]!
    samples++
  }
  if (toS - beforeS > GAP_INTERVALS * intervalS) gaps++
  return { samples, gaps }
}

/** Index of the first sample later than `atS`; the length where there is none. */
export function firstAfter(timesS: ArrayLike<number>, atS: number): number {
  let low = 0
  let high = timesS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timesS[middle]! > atS) high = middle
    else low = middle + 1
  }
  return low
}

/** Between two samples on the line between them; beside the trace its first or last value. */
function wattsAt({ timesS, watts }: PowerTrace, atS: number): number {
  const after = firstAfter(timesS, atS)
  if (after === 0) return watts[0]!
  if (after === timesS.length) return watts[after - 1]!
  const share = (atS - timesS[after - 1]!) / (timesS[after]! - timesS[after - 1]!)
  return watts[after - 1]! + share * (watts[after]! - watts[after - 1]!)
}
