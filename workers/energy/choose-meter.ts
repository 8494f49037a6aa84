// Which meter a device has, decided once as the worker starts. Left to itself it takes the one that sees most of the
// device: the board's input rail, then a sensor that its owner named, then the processor alone, then the model.
// A meter that was asked for by name and is not there is an error: figures of another one would be taken for its.

import type { ActivePower } from '../config.ts'
import type { EnergyMeter, FoundMeter, MeterMethod } from './energy-meter.ts'
import { findHwmon } from './hwmon-meter.ts'
import { findIna3221 } from './ina3221-meter.ts'
import { modelMeter } from './model-meter.ts'
import { findRapl } from './rapl-meter.ts'

export interface MeterSettings {
  readonly choice: 'auto' | MeterMethod
  readonly hwmonLabel: string | undefined
  readonly power: ActivePower
  /** Where the kernel shows its sensors. */
  readonly sysfs?: string
}

export interface ChosenMeter {
  readonly meter: EnergyMeter
  /** Why it is not one of those that come before it; for the log. */
  readonly passedOver: readonly string[]
}

type Sensor = Exclude<MeterMethod, 'model'>

export function chooseMeter({ choice, hwmonLabel, power, sysfs = '/sys' }: MeterSettings): ChosenMeter {
  const find: Record<Sensor, () => FoundMeter> = {
    ina3221: () => findIna3221(sysfs),
    hwmon: () => findHwmon(sysfs, hwmonLabel),
    rapl: () => findRapl(sysfs),
  }
  if (choice === 'model') return { meter: modelMeter(power), passedOver: [] }
  if (choice !== 'auto') {
    const found = find[choice]()
    if ('meter' in found) return { meter: found.meter, passedOver: [] }
    throw new Error(`Cannot use energy meter "${choice}": ${found.why}, expected one that can be read`)
  }
  const passedOver: string[] = []
  for (const sensor of ['ina3221', 'hwmon', 'rapl'] as const) {
    const found = find[sensor]()
    if ('meter' in found) return { meter: found.meter, passedOver }
    passedOver.push(`${sensor}: ${found.why}`)
  }
  return { meter: modelMeter(power), passedOver }
}
