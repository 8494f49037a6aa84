// A tree of files as the kernel shows them under /sys, in a folder of its own, with the names that they have on the
// real boards.

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tempFolder } from '#test/harness/temp-folder.ts'

export type Tree = Readonly<Record<string, string>>

export interface Sysfs extends AsyncDisposable {
  readonly root: string
  write(file: string, text: string): void
  remove(file: string): void
  /** Readable by root alone. */
  forbid(file: string): void
}

export async function sysfsTree(...trees: readonly Tree[]): Promise<Sysfs> {
  const folder = await tempFolder('sysfs')
  // Others may look into the tree: what is forbidden is one file.
  chmodSync(folder.path, 0o755)
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder.path, file)), { recursive: true })
    writeFileSync(path.join(folder.path, file), `${text}\n`)
  }
  for (const tree of trees) for (const [file, text] of Object.entries(tree)) write(file, text)
  return {
    root: folder.path,
    write,
    remove: (file) => rmSync(path.join(folder.path, file)),
    forbid: (file) => chmodSync(path.join(folder.path, file), 0o400),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** Runs as a user who is not root: for root nothing is forbidden. */
export function asNobody<T>(act: () => T): T {
  if (process.getuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

const iio = 'bus/i2c/drivers/ina3221x'
export const TX2_POWER = `${iio}/0-0041/iio:device1/in_power0_input`

/** Both chips of a TX2 under L4T 28 and 32: six rails, of which VDD_IN feeds the others. */
export const TX2_L4T: Tree = {
  [`${iio}/0-0040/iio:device0/name`]: 'ina3221x',
  [`${iio}/0-0040/iio:device0/rail_name_0`]: 'VDD_SYS_GPU',
  [`${iio}/0-0040/iio:device0/in_power0_input`]: '3100',
  [`${iio}/0-0040/iio:device0/rail_name_1`]: 'VDD_SYS_SOC',
  [`${iio}/0-0040/iio:device0/in_power1_input`]: '1000',
  [`${iio}/0-0040/iio:device0/rail_name_2`]: 'VDD_4V0_WIFI',
  [`${iio}/0-0040/iio:device0/in_power2_input`]: '19',
  [`${iio}/0-0041/iio:device1/name`]: 'ina3221x',
  [`${iio}/0-0041/iio:device1/rail_name_0`]: 'VDD_IN',
  [`${iio}/0-0041/iio:device1/in_voltage0_input`]: '19144',
  [`${iio}/0-0041/iio:device1/in_current0_input`]: '418',
  [TX2_POWER]: '8000',
  [`${iio}/0-0041/iio:device1/rail_name_1`]: 'VDD_SYS_CPU',
  [`${iio}/0-0041/iio:device1/in_power1_input`]: '1500',
  [`${iio}/0-0041/iio:device1/rail_name_2`]: 'VDD_SYS_DDR',
  [`${iio}/0-0041/iio:device1/in_power2_input`]: '1200',
}

/** The same chip under the mainline driver, beside a sensor of another kind. */
export const TX2_HWMON: Tree = {
  'class/hwmon/hwmon0/name': 'tmp451',
  'class/hwmon/hwmon2/name': 'ina3221',
  'class/hwmon/hwmon2/in1_label': 'VDD_SYS_GPU',
  'class/hwmon/hwmon2/in1_input': '19000',
  'class/hwmon/hwmon2/curr1_input': '150',
  'class/hwmon/hwmon10/name': 'ina3221',
  'class/hwmon/hwmon10/in1_label': 'VDD_IN',
  'class/hwmon/hwmon10/in1_input': '20000',
  'class/hwmon/hwmon10/curr1_input': '400',
  'class/hwmon/hwmon10/in2_label': 'VDD_SYS_CPU',
  'class/hwmon/hwmon10/in2_input': '20000',
  'class/hwmon/hwmon10/curr2_input': '90',
  'class/hwmon/hwmon10/in7_label': 'sum of shunt voltages',
  'class/hwmon/hwmon10/in7_input': '9',
}

export const RAPL_COUNTERS = ['0', '1'].map((n) => `class/powercap/intel-rapl:${n}/energy_uj`)
const zone = (name: string, file: string, energy: string, range = '1000000000'): Tree => ({
  [`class/powercap/${file}/name`]: name,
  [`class/powercap/${file}/energy_uj`]: energy,
  [`class/powercap/${file}/max_energy_range_uj`]: range,
})

/** Two processors with their subzones, the platform, and the first processor a second time. */
export const SERVER: Tree = {
  'class/powercap/intel-rapl/enabled': '1',
  ...zone('package-0', 'intel-rapl:0', '999000000'),
  ...zone('core', 'intel-rapl:0:0', '5'),
  ...zone('dram', 'intel-rapl:0:1', '5'),
  ...zone('package-1', 'intel-rapl:1', '100000000'),
  ...zone('psys', 'intel-rapl:2', '7000000'),
  ...zone('package-0', 'intel-rapl-mmio:0', '999000000'),
}

/** An INA226 in the supply of a Raspberry Pi, and a graphics card that is none of our business. */
export const PI_HWMON: Tree = {
  'class/hwmon/hwmon0/name': 'amdgpu',
  'class/hwmon/hwmon0/power1_label': 'PPT',
  'class/hwmon/hwmon0/power1_input': '30000000',
  'class/hwmon/hwmon1/name': 'ina226',
  'class/hwmon/hwmon1/power1_input': '2500000',
}
