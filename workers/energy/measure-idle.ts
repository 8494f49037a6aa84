// What the device draws before a job. Whatever else it does then (serving, say) is taken for idle too, and what it
// begins to do later is not: profiles are told best by a device that has nothing else to do.

import { setTimeout as sleep } from 'node:timers/promises'
import type { IdlePower } from '#core/profile/account-energy.ts'
import type { EnergyMeter } from './energy-meter.ts'

/** Nothing where the meter tells watts above idle already, or for 0 seconds. Throws MeterFailed. */
export async function measureIdle(
  meter: EnergyMeter,
  seconds: number,
  signal: AbortSignal,
): Promise<IdlePower> {
  if (!meter.isWithIdle || seconds === 0) return { watts: 0, seconds: 0 }
  await using measurement = await meter.start()
  await sleep(seconds * 1_000, undefined, { signal })
  const read = await measurement.stop(0)
  return { watts: read.joules / read.seconds, seconds: read.seconds }
}
