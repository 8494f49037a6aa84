// Energy of a job from the trace of an external meter, such as a Monsoon Power Monitor in the device's supply. The
// meter has a clock of its own: its trace is laid beside the job by a known offset between the clocks, or by a
// marker, the moment in the trace at which the job began. The idle power comes from the trace too, from a window
// before the job. A trace that does not cover both is refused: what was not seen cannot be told.

import { aboveIdleJ } from './account-energy.ts'
import type { PowerTrace, Window } from './integrate-power.ts'
import { firstAfter, integratePower } from './integrate-power.ts'
import { nearestRank } from './nearest-rank.ts'

/** When the job ran, by the device's clock, and over how many images. */
export interface JobTimes {
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly images: number
}

/** `offsetMs`: device's clock minus the trace's. `markerS`: where in the trace the job begins. */
export type TraceClock = { readonly offsetMs: number } | { readonly markerS: number }

export interface AlignedEnergy {
  readonly perImageJ: number
  readonly seconds: number
  readonly samples: number
  readonly gaps: number
  /** Median of the trace. */
  readonly sampleIntervalMs: number
  readonly idleWatts: number
  readonly idleSeconds: number
  readonly isClipped: boolean
  readonly offsetMs: number
}

/** Two samples are no power: they say nothing about what was between them. */
const WINDOW_SAMPLES_MIN = 3

/** `idle` in the trace's own seconds from its first sample. */
export function alignPowerTrace(
  trace: PowerTrace,
  job: JobTimes,
  { clock, idle }: { clock: TraceClock; idle: Window },
): AlignedEnergy {
  const offsetMs = 'offsetMs' in clock ? clock.offsetMs : job.startedAtMs - clock.markerS * 1_000
  const work: Window = {
    fromS: (job.startedAtMs - offsetMs) / 1_000,
    toS: (job.endedAtMs - offsetMs) / 1_000,
  }
  const firstS = trace.timesS[0]!
  const rest: Window = { fromS: firstS + idle.fromS, toS: firstS + idle.toS }
  expectCovered(trace, 'job', work)
  expectCovered(trace, 'idle', rest)
  if (rest.toS > work.fromS)
    throw new RangeError(
      `Cannot align trace: the idle window ends at ${told(rest.toS)}, expected before the job at ${told(work.fromS)}`,
    )
  const intervalS = medianIntervalS(trace.timesS)
  const atRest = integratePower(trace, rest, intervalS)
  const idleWatts = atRest.joules / atRest.seconds
  const all = integratePower(trace, work, intervalS)
  const { joules, isClipped } = aboveIdleJ(all, idleWatts)
  return {
    perImageJ: joules / job.images,
    seconds: all.seconds,
    samples: all.samples,
    gaps: all.gaps,
    sampleIntervalMs: intervalS * 1_000,
    idleWatts,
    idleSeconds: atRest.seconds,
    isClipped,
    offsetMs,
  }
}

const told = (seconds: number): string => `${Math.round(seconds * 1_000) / 1_000} s`

function expectCovered({ timesS }: PowerTrace, what: string, { fromS, toS }: Window): void {
  const firstS = timesS[0]!
  const lastS = timesS[timesS.length - 1]!
  const where = `is from ${told(fromS)} to ${told(toS)} in the trace`
  if (!(fromS < toS))
    throw new RangeError(`Cannot align trace: the ${what} ${where}, expected an end behind its beginning`)
  if (fromS < firstS || toS > lastS)
    throw new RangeError(
      `Cannot align trace: the ${what} ${where}, expected within ${told(firstS)} to ${told(lastS)}; ` +
        'is the offset between the clocks right?',
    )
  if (firstAfter(timesS, toS) - firstAfter(timesS, fromS) < WINDOW_SAMPLES_MIN)
    throw new RangeError(
      `Cannot align trace: the ${what} ${where}, expected at least ${WINDOW_SAMPLES_MIN} samples there`,
    )
}

/** The middle step; packets of several samples with one time stamp, as a Monsoon sends them, are one step. */
function medianIntervalS(timesS: ArrayLike<number>): number {
  const steps: number[] = []
  for (let i = 1; i < timesS.length; i++) {
    const step = timesS[i]! - timesS[i - 1]!
    if (step > 0) steps.push(step)
  }
  return nearestRank(Float64Array.from(steps).sort(), 50)
}
