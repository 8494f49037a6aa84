// The meter where there is none: watts above idle times the seconds that the device computed. It looks at nothing,
// so it cannot fail, and it is always told as what it is.

import { modelEnergyJ } from '#core/profile/energy-model.ts'
import type { ActivePower } from '../config.ts'
import type { EnergyMeter } from './energy-meter.ts'

export function modelMeter(power: ActivePower): EnergyMeter {
  const source = `${power.watts} W above idle (${power.source})`
  return {
    method: 'model',
    source,
    isWithIdle: false,
    async start() {
      return {
        stop: async (busySeconds) => ({
          joules: modelEnergyJ(power.watts, busySeconds * 1_000),
          seconds: busySeconds,
          sampleIntervalMs: null,
          samples: 0,
          gaps: 0,
          source,
        }),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}
