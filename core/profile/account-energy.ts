// From what a meter read batch by batch to the energy of one image, with all that is needed to judge the figure.
// What the device would have drawn anyway is taken off: joules - idle watts x seconds. Where that is less than
// nothing the idle was measured too high (something else was running), the energy is 0, and it is said.

import type { Energy } from '#contract/outcome.ts'

/** A stretch of work that a meter has seen from beginning to end. */
export interface MeteredStretch {
  readonly joules: number
  readonly seconds: number
  readonly images: number
  /** Null where nothing is sampled. */
  readonly sampleIntervalMs: number | null
  readonly samples: number
  readonly gaps: number
}

export interface IdlePower {
  readonly watts: number
  /** How long it was measured; 0 where it was not. */
  readonly seconds: number
}

export interface EnergyAccount {
  readonly method: Energy['method']
  readonly source: string
  readonly stretches: readonly MeteredStretch[]
  readonly idle: IdlePower
  /** By the device's clock, so that a trace of another meter can be laid beside it. */
  readonly startedAt: string
  readonly endedAt: string
}

/** Joules above idle, never below 0. */
export function aboveIdleJ(
  { joules, seconds }: { joules: number; seconds: number },
  idleWatts: number,
): { joules: number; isClipped: boolean } {
  const above = joules - idleWatts * seconds
  return above < 0 ? { joules: 0, isClipped: true } : { joules: above, isClipped: false }
}

export function accountEnergy({ method, source, stretches, idle, ...times }: EnergyAccount): Energy {
  const sum = (of: (stretch: MeteredStretch) => number) => stretches.reduce((total, s) => total + of(s), 0)
  const images = sum((s) => s.images)
  if (images === 0)
    throw new RangeError(`Cannot account for energy by "${method}": has 0 images, expected at least one`)
  const seconds = sum((s) => s.seconds)
  const { joules, isClipped } = aboveIdleJ({ joules: sum((s) => s.joules), seconds }, idle.watts)
  const { sampleIntervalMs } = stretches[0]!
  return {
    perImageJ: joules / images,
    method,
    source,
    images,
    seconds,
    ...times,
    ...(sampleIntervalMs === null
      ? {}
      : {
          sampleIntervalMs,
          samples: sum((s) => s.samples),
          gaps: sum((s) => s.gaps),
          idleWatts: idle.watts,
          idleSeconds: idle.seconds,
          isClipped,
        }),
  }
}
