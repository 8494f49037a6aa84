// The INA3221 power monitors of Jetson modules. One of their rails feeds all the others, and only that one is read:
// VDD_IN (POM_5V_IN on a Nano); adding up the rails would count everything twice. Two layouts are in the field:
//
// - L4T 28 and 32 (JetPack 3 and 4, all that NVIDIA made for the TX2), driver ina3221x, an IIO device:
//     bus/i2c/drivers/ina3221x/0-0041/iio:device1/rail_name_0    "VDD_IN"
//     bus/i2c/drivers/ina3221x/0-0041/iio:device1/in_power0_input    milliwatts
//   as Phoronix Test Suite reads it (phodevi, cpu_power); jetson_stats (jtop/core/power.py) finds rails by
//   rail_name_*, and takes these two for the total. The number behind iio:device depends on the order in which the
//   chips were found.
// - Mainline driver ina3221 (JetPack 5 and later, or a TX2 under a kernel of its own), hwmon
//   (https://www.kernel.org/doc/html/latest/hwmon/ina3221.html):
//     class/hwmon/hwmon<n>/name "ina3221", in<k>_label "VDD_IN", in<k>_input mV, curr<k>_input mA
//
// An AGX Xavier or AGX Orin has no such rail on these chips: there this meter is not available.

import path from 'node:path'
import type { FoundMeter } from './energy-meter.ts'
import { SAMPLE_INTERVAL_MS, type SampledFiles, sampledMeter } from './sampled-meter.ts'
import { entriesOf, integerOf, readSysfs, textOf } from './sysfs.ts'

const INPUT_RAILS = ['VDD_IN', 'POM_5V_IN']

interface Rail {
  readonly name: string
  readonly files: readonly string[]
  /** From the values of `files`. */
  readonly wattsOf: (values: readonly number[]) => number
}

export function findIna3221(sysfs: string, intervalMs = SAMPLE_INTERVAL_MS): FoundMeter {
  const rail = [...iioRails(sysfs), ...hwmonRails(sysfs)].find(({ name }) => INPUT_RAILS.includes(name))
  if (!rail) return { why: `no INA3221 under "${sysfs}" has a rail ${INPUT_RAILS.join(' or ')}` }
  for (const file of rail.files) {
    const read = readSysfs(file)
    if ('why' in read) return read
    if (integerOf(read.text) === undefined) return { why: `"${file}" is no number` }
  }
  const spec: SampledFiles = {
    method: 'ina3221',
    source: `INA3221 rail ${rail.name} (${rail.files.map((f) => path.relative(sysfs, f)).join(' x ')})`,
    files: rail.files,
    intervalMs,
  }
  return { meter: sampledMeter(spec, (texts) => wattsFrom(texts, rail.wattsOf)) }
}

function wattsFrom(texts: readonly string[], wattsOf: Rail['wattsOf']): number | undefined {
  const values = texts.map(integerOf)
  // What a board takes in is never negative: that is a chip between two conversions, or nonsense.
  if (!values.every((v) => v !== undefined && v >= 0)) return undefined
  return wattsOf(values as number[])
}

function iioRails(sysfs: string): Rail[] {
  const chips = entriesOf(path.join(sysfs, 'bus/i2c/drivers/ina3221x'), /^\d+-00[0-9a-f]{2}$/)
  return chips
    .flatMap((chip) => entriesOf(chip, /^iio[:_]device\d*$/))
    .flatMap((device) => entriesOf(device, /^rail_name_\d$/))
    .map((label) => ({
      name: textOf(label) ?? '',
      files: [path.join(path.dirname(label), `in_power${label.at(-1)}_input`)],
      wattsOf: ([milliwatts]) => milliwatts! / 1_000,
    }))
}

function hwmonRails(sysfs: string): Rail[] {
  return entriesOf(path.join(sysfs, 'class/hwmon'), /^hwmon\d+$/)
    .filter((chip) => textOf(path.join(chip, 'name')) === 'ina3221')
    .flatMap((chip) => entriesOf(chip, /^in[123]_label$/))
    .map((label) => {
      const [folder, channel] = [path.dirname(label), path.basename(label).slice(2, 3)]
      return {
        name: textOf(label) ?? '',
        files: [path.join(folder, `curr${channel}_input`), path.join(folder, `in${channel}_input`)],
        wattsOf: ([milliamperes, millivolts]) => (milliamperes! * millivolts!) / 1e6,
      }
    })
}
