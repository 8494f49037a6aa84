// Any other power sensor that the kernel knows (https://www.kernel.org/doc/html/latest/hwmon/sysfs-interface.html):
// power<k>_input in microwatts, for instance an INA226 in the supply of a Raspberry Pi. Which of the sensors sees
// the whole device only its owner knows, so one is named: by its label, or by its chip where it has none.

import path from 'node:path'
import type { FoundMeter } from './energy-meter.ts'
import { SAMPLE_INTERVAL_MS, sampledMeter } from './sampled-meter.ts'
import { entriesOf, integerOf, readSysfs, textOf } from './sysfs.ts'

export function findHwmon(
  sysfs: string,
  label: string | undefined,
  intervalMs = SAMPLE_INTERVAL_MS,
): FoundMeter {
  if (label === undefined) return { why: 'TANDEM_HWMON_LABEL names no sensor' }
  const folder = path.join(sysfs, 'class/hwmon')
  const sensors = entriesOf(folder, /^hwmon\d+$/).flatMap((chip) =>
    entriesOf(chip, /^power\d+_input$/).map((file) => ({
      file,
      name: textOf(file.replace(/input$/, 'label')) ?? textOf(path.join(chip, 'name')),
    })),
  )
  const named = sensors.filter((sensor) => sensor.name === label)
  const [sensor] = named
  if (!sensor) {
    const known = sensors.map(({ name }) => `"${name ?? 'without a name'}"`)
    return { why: `"${folder}" has no power sensor "${label}", only: ${known.join(', ') || 'none'}` }
  }
  if (named.length > 1) return { why: `"${folder}" has ${named.length} power sensors "${label}"` }
  const read = readSysfs(sensor.file)
  if ('why' in read) return read
  if (integerOf(read.text) === undefined) return { why: `"${sensor.file}" is no number` }
  const source = `hwmon sensor "${label}" (${path.relative(sysfs, sensor.file)})`
  return {
    meter: sampledMeter({ method: 'hwmon', source, files: [sensor.file], intervalMs }, ([text]) => {
      const microwatts = integerOf(text)
      return microwatts === undefined || microwatts < 0 ? undefined : microwatts / 1e6
    }),
  }
}
