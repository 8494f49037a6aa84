// The meters on trees of real files, changed under them as the kernel does. What is asserted holds however late a
// timer fires: power that stands still, and sums whose parts are known.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#test/harness/until.ts'
import { type EnergyMeter, type FoundMeter, MeterFailed } from '#workers/energy/energy-meter.ts'
import { findHwmon } from '#workers/energy/hwmon-meter.ts'
import { findIna3221 } from '#workers/energy/ina3221-meter.ts'
import { modelMeter } from '#workers/energy/model-meter.ts'
import { findRapl } from '#workers/energy/rapl-meter.ts'
import {
  asNobody,
  PI_HWMON,
  RAPL_COUNTERS,
  SERVER,
  type Sysfs,
  sysfsTree,
  type Tree,
  TX2_HWMON,
  TX2_L4T,
  TX2_POWER,
} from './sysfs-tree.ts'

const INTERVAL_MS = 5

let sysfs: Sysfs
let trees: Tree[] = []
beforeEach(async () => {
  sysfs = await sysfsTree(...trees)
})
afterEach(() => sysfs[Symbol.asyncDispose]())

const on = async (...of: Tree[]) => {
  trees = of
  await sysfs[Symbol.asyncDispose]()
  sysfs = await sysfsTree(...of)
  return sysfs
}

function meterIn(found: FoundMeter): EnergyMeter {
  if ('why' in found) throw new Error(found.why)
  return found.meter
}
const whyNot = (found: FoundMeter) => ('why' in found ? found.why : 'there is one')

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** One measurement of the meter while `during` happens. */
async function measure(meter: EnergyMeter, during: () => unknown = () => wait(60)) {
  await using measurement = await meter.start()
  await during()
  return await measurement.stop(0)
}

describe('the input rail of a Jetson', () => {
  test.each<[string, Tree, string]>([
    [
      'under L4T 28 and 32',
      TX2_L4T,
      'INA3221 rail VDD_IN (bus/i2c/drivers/ina3221x/0-0041/iio:device1/in_power0_input)',
    ],
    [
      'under the mainline driver',
      TX2_HWMON,
      'INA3221 rail VDD_IN (class/hwmon/hwmon10/curr1_input x class/hwmon/hwmon10/in1_input)',
    ],
  ])('is read alone, not the sum of rails: %s', async (_, tree, source) => {
    const { root } = await on(tree)
    const meter = meterIn(findIna3221(root, INTERVAL_MS))
    expect(meter).toMatchObject({ method: 'ina3221', source, isWithIdle: true })
    const read = await measure(meter)
    expect(read.joules / read.seconds).toBeCloseTo(8, 9)
    expect(read).toMatchObject({ sampleIntervalMs: INTERVAL_MS, source })
    expect(read.samples).toBeGreaterThanOrEqual(2)
  })

  test('of a Nano is called POM_5V_IN', async () => {
    const { root } = await on({
      'bus/i2c/drivers/ina3221x/6-0040/iio:device0/rail_name_0': 'POM_5V_IN',
      'bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input': '2000',
    })
    const read = await measure(meterIn(findIna3221(root, INTERVAL_MS)))
    expect(read.joules / read.seconds).toBeCloseTo(2, 9)
  })

  test('is sampled while the thread that measures computes', async () => {
    const { root } = await on(TX2_L4T)
    const read = await measure(meterIn(findIna3221(root, INTERVAL_MS)), () => {
      const end = performance.now() + 150
      while (performance.now() < end);
    })
    // A timer of this thread could not have fired once: the first sample and the last were all.
    expect(read.samples).toBeGreaterThan(2)
  })

  test.each<[string, (files: Sysfs) => void, RegExp]>([
    [
      'no such chip',
      () => sysfs.remove('bus/i2c/drivers/ina3221x/0-0041/iio:device1/rail_name_0'),
      /^no INA3221 under ".*" has a rail VDD_IN or POM_5V_IN$/,
    ],
    ['a rail without power', () => sysfs.remove(TX2_POWER), /in_power0_input" does not exist$/],
    ['nonsense in its file', () => sysfs.write(TX2_POWER, 'n/a'), /in_power0_input" is no number$/],
    ['an empty file', () => sysfs.write(TX2_POWER, ''), /is no number$/],
  ])('is not available with %s', async (_, spoil, why) => {
    const { root } = await on(TX2_L4T)
    spoil(sysfs)
    expect(whyNot(findIna3221(root))).toMatch(why)
  })

  test('is not available to a user who may not read it', async () => {
    const { root } = await on(TX2_L4T)
    sysfs.forbid(TX2_POWER)
    expect(asNobody(() => whyNot(findIna3221(root)))).toMatch(
      /in_power0_input" may not be read by this user$/,
    )
  })

  test('is not one of the rails of an AGX Xavier', async () => {
    const { root } = await on({
      'bus/i2c/drivers/ina3221x/1-0040/iio:device0/rail_name_0': 'GPU',
      'bus/i2c/drivers/ina3221x/1-0040/iio:device0/in_power0_input': '900',
    })
    expect(whyNot(findIna3221(root))).toMatch(/^no INA3221/)
  })
})

describe('a sampled meter whose file', () => {
  const tx2 = async () => meterIn(findIna3221((await on(TX2_L4T)).root, INTERVAL_MS))

  test.each<[string, () => void]>([
    ['vanishes', () => sysfs.remove(TX2_POWER)],
    ['holds nonsense', () => sysfs.write(TX2_POWER, 'Resource temporarily unavailable')],
    ['goes negative', () => sysfs.write(TX2_POWER, '-3')],
  ])('%s goes on with what it has, and tells the gap', async (_, spoil) => {
    const read = await measure(await tx2(), async () => {
      await wait(40)
      spoil()
      await wait(100)
    })
    expect(read.joules / read.seconds).toBeCloseTo(8, 9)
    expect(read.gaps).toBeGreaterThanOrEqual(1)
  })

  test('was gone for a while is read again', async () => {
    const read = await measure(await tx2(), async () => {
      await wait(20)
      sysfs.remove(TX2_POWER)
      await wait(60)
      sysfs.write(TX2_POWER, '8000')
      await wait(20)
    })
    expect(read.joules / read.seconds).toBeCloseTo(8, 9)
    expect(read.gaps).toBeGreaterThanOrEqual(1)
  })

  test('was never legible fails with the reason', async () => {
    const meter = await tx2()
    sysfs.remove(TX2_POWER)
    const failed = await measure(meter).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(MeterFailed)
    expect((failed as Error).message).toMatch(
      /^Cannot measure energy by "ina3221": 0 of \d+ readings are legible \(the meter does not exist\), expected at least 2$/,
    )
  })
})

describe('RAPL', () => {
  const server = async () => meterIn(findRapl((await on(SERVER)).root, INTERVAL_MS))

  test('counts every package once, without their subzones, the platform and the second view', async () => {
    const meter = await server()
    expect(meter.source).toBe('RAPL package-0, package-1: the processor alone')
    const read = await measure(meter, () => {
      sysfs.write(RAPL_COUNTERS[1]!, '103000000')
      sysfs.write('class/powercap/intel-rapl:0:0/energy_uj', '400000000')
      sysfs.write('class/powercap/intel-rapl:2/energy_uj', '500000000')
      sysfs.write('class/powercap/intel-rapl-mmio:0/energy_uj', '999900000')
    })
    expect(read.joules).toBeCloseTo(3, 6)
  })

  test('counts on through the end of a counter', async () => {
    const read = await measure(await server(), () => sysfs.write(RAPL_COUNTERS[0]!, '1500000'))
    expect(read.joules).toBeCloseTo(2.5, 6)
  })

  test('leaves readings out that make no sense', async () => {
    const read = await measure(await server(), async () => {
      sysfs.write(RAPL_COUNTERS[1]!, '104000000')
      await wait(30)
      sysfs.write(RAPL_COUNTERS[0]!, '')
      await wait(30)
      sysfs.write(RAPL_COUNTERS[0]!, '999000000')
    })
    expect(read.joules).toBeCloseTo(4, 6)
  })

  test.each<[string, () => void, RegExp]>([
    [
      'no package',
      () => RAPL_COUNTERS.map((f) => sysfs.write(f.replace('energy_uj', 'name'), 'psys')),
      /has no package that counts energy$/,
    ],
    [
      'a counter without a range',
      () => sysfs.remove(RAPL_COUNTERS[0]!.replace('energy_uj', 'max_energy_range_uj')),
      /shows no counter with a range$/,
    ],
    [
      'a range of 0',
      () => sysfs.write(RAPL_COUNTERS[0]!.replace('energy_uj', 'max_energy_range_uj'), '0'),
      /shows no counter with a range$/,
    ],
    ['a counter that is none', () => sysfs.write(RAPL_COUNTERS[1]!, 'NaN'), /shows no counter with a range$/],
  ])('is not available with %s', async (_, spoil, why) => {
    const { root } = await on(SERVER)
    spoil()
    expect(whyNot(findRapl(root))).toMatch(why)
  })

  test('is not available where only root may read the counter', async () => {
    const { root } = await on(SERVER)
    sysfs.forbid(RAPL_COUNTERS[0]!)
    expect(asNobody(() => whyNot(findRapl(root)))).toMatch(/energy_uj" may not be read by this user$/)
  })

  test('is not available where there is no powercap at all', async () => {
    const { root } = await on()
    expect(whyNot(findRapl(root))).toMatch(/class\/powercap" has no package/)
  })
})

describe('a sensor of hwmon', () => {
  test.each([
    ['by its label', 'PPT', 30],
    ['by its chip where it has none', 'ina226', 2.5],
  ])('is found %s, and read in microwatts', async (_, label, watts) => {
    const { root } = await on(PI_HWMON)
    const read = await measure(meterIn(findHwmon(root, label, INTERVAL_MS)))
    expect(read.joules / read.seconds).toBeCloseTo(watts, 9)
  })

  test.each<[string, string | undefined, Tree, RegExp]>([
    ['nobody named one', undefined, {}, /^TANDEM_HWMON_LABEL names no sensor$/],
    ['there is none of that name', 'amdgpu', {}, /has no power sensor "amdgpu", only: "PPT", "ina226"$/],
    [
      'there are two',
      'PPT',
      { 'class/hwmon/hwmon3/power2_label': 'PPT', 'class/hwmon/hwmon3/power2_input': '1' },
      /has 2 power sensors "PPT"$/,
    ],
    [
      'it shows nonsense',
      'ina226',
      { 'class/hwmon/hwmon1/power1_input': 'N/A' },
      /power1_input" is no number$/,
    ],
  ])('is not available where %s', async (_, label, more, why) => {
    const { root } = await on(PI_HWMON, more)
    expect(whyNot(findHwmon(root, label))).toMatch(why)
  })
})

test('the model tells watts times the seconds that were computed, and no samples', async () => {
  const meter = modelMeter({ watts: 7.8, source: 'made up' })
  await using measurement = await meter.start()
  expect(await measurement.stop(2)).toEqual({
    joules: 15.6,
    seconds: 2,
    sampleIntervalMs: null,
    samples: 0,
    gaps: 0,
    source: '7.8 W above idle (made up)',
  })
})

test('a measurement that is left alone ends its thread', async () => {
  const { root } = await on(TX2_L4T)
  const measurement = await meterIn(findIna3221(root, INTERVAL_MS)).start()
  await measurement[Symbol.asyncDispose]()
  await expect(measurement.stop(0)).rejects.toThrow('Cannot sample a meter: its thread ended')
  await until('no thread is left', () => !process.getActiveResourcesInfo().includes('MessagePort'))
})
