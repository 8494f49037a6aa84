// Joules from a counter that counts microjoules and begins again at 0 behind its range, as RAPL's does (Linux,
// Documentation/power/powercap: energy_uj, max_energy_range_uj). It must be read more than once a turn: a package
// of 200 W with a range of 65 kJ turns in five minutes, so the counter is read all the time and not at both ends
// only. A counter that the system sets back to 0 cannot be told from one that has turned.

import { type IntegratedPower, seenIn, type Window } from './integrate-power.ts'

/** Readings by time, and what the counter holds at most. */
export interface EnergyCounter {
  readonly timesS: readonly number[]
  readonly microjoules: readonly number[]
  readonly rangeMicrojoules: number
}

/** Where the readings begin late or end early, the mean power between them stands for the rest of the window. */
export function counterEnergy(counter: EnergyCounter, window: Window, intervalS: number): IntegratedPower {
  const { timesS, microjoules, rangeMicrojoules } = counter
  const readS = timesS.length < 2 ? 0 : timesS.at(-1)! - timesS[0]!
  if (!(readS > 0))
    throw new RangeError(
      `Cannot count energy: has ${timesS.length} readings, expected two at different times`,
    )
  let total = 0
  for (let i = 1; i < microjoules.length; i++) {
    const step = microjoules[i]! - microjoules[i - 1]!
    total += step < 0 ? step + rangeMicrojoules : step
  }
  const seconds = window.toS - window.fromS
  return { joules: (total / 1e6) * (seconds / readS), seconds, ...seenIn(timesS, window, intervalS) }
}
