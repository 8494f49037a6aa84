// Which meter a board gets by what its sysfs holds, on fake trees with the real file names, and why no other.

import { describe, expect, test } from 'vitest'
import { chooseMeter, type MeterSettings } from '#workers/energy/choose-meter.ts'
import { PI_HWMON, SERVER, sysfsTree, type Tree, TX2_HWMON, TX2_L4T } from './sysfs-tree.ts'

const power = { watts: 7.8, source: 'made up' }

async function choose(trees: readonly Tree[], choice: MeterSettings['choice'], hwmonLabel?: string) {
  await using sysfs = await sysfsTree(...trees)
  const { meter, passedOver } = chooseMeter({ choice, hwmonLabel, power, sysfs: sysfs.root })
  return { method: meter.method, passedOver }
}

describe('left to itself', () => {
  test.each<[string, readonly Tree[], string | undefined, string, string[]]>([
    ['a TX2 under L4T', [TX2_L4T], undefined, 'ina3221', []],
    ['a TX2 under the mainline driver', [TX2_HWMON], undefined, 'ina3221', []],
    ['a Pi whose owner named a sensor', [PI_HWMON, SERVER], 'ina226', 'hwmon', ['ina3221']],
    ['a Pi whose owner named none', [PI_HWMON], undefined, 'model', ['ina3221', 'hwmon', 'rapl']],
    ['a server', [SERVER], undefined, 'rapl', ['ina3221', 'hwmon']],
    ['a board with all of them', [TX2_L4T, PI_HWMON, SERVER], 'ina226', 'ina3221', []],
    ['a machine without any', [], undefined, 'model', ['ina3221', 'hwmon', 'rapl']],
  ])(
    '%s takes the meter that sees most of it, and says why no other',
    async (_, trees, label, method, passed) => {
      const chosen = await choose(trees, 'auto', label)
      expect(chosen.method).toBe(method)
      expect(chosen.passedOver.map((why) => why.split(':')[0])).toEqual(passed)
      for (const why of chosen.passedOver) expect(why).toMatch(/^\w+: .+/)
    },
  )
})

describe('asked for by name', () => {
  test.each<[MeterSettings['choice'], readonly Tree[]]>([
    ['rapl', [TX2_L4T, SERVER]],
    ['ina3221', [TX2_L4T, SERVER]],
    ['model', [TX2_L4T, SERVER]],
  ])('%s is taken whatever else there is', async (choice, trees) => {
    expect(await choose(trees, choice)).toEqual({ method: choice, passedOver: [] })
  })

  test.each<[MeterSettings['choice'], RegExp]>([
    [
      'rapl',
      /^Cannot use energy meter "rapl": ".*powercap" has no package that counts energy, expected one that can be read$/,
    ],
    ['ina3221', /^Cannot use energy meter "ina3221": no INA3221 under/],
    ['hwmon', /^Cannot use energy meter "hwmon": TANDEM_HWMON_LABEL names no sensor/],
  ])('%s that is not there is an error', async (choice, message) => {
    await expect(choose([], choice)).rejects.toThrow(message)
  })
})
