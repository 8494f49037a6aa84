// The energy of a job on a TX2 whose input rail a test writes: idle first, then its batches.

import { describe, expect, test } from 'vitest'
import { Energy } from '#contract/outcome.ts'
import { chooseMeter } from '#workers/energy/choose-meter.ts'
import { JobMeter } from '#workers/energy/job-meter.ts'
import { type Sysfs, sysfsTree, TX2_L4T, TX2_POWER } from './sysfs-tree.ts'

const power = { watts: 4, source: 'made up' }
const never = new AbortController().signal
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function open(sysfs: Sysfs, idleSeconds: number, choice: 'ina3221' | 'model' = 'ina3221') {
  const { meter } = chooseMeter({ choice, hwmonLabel: undefined, power, sysfs: sysfs.root })
  return JobMeter.open({ meter, idleSeconds, power, signal: never })
}
const batch =
  (images: number, during: () => unknown = () => undefined) =>
  async () => {
    await during()
    return { images, busySeconds: 0.25 * images, rows: [images] }
  }

describe('a job under a meter', () => {
  test('is told above idle, with how it was found', async () => {
    await using sysfs = await sysfsTree(TX2_L4T, { [TX2_POWER]: '2000' })
    const meter = await open(sysfs, 0.05)
    sysfs.write(TX2_POWER, '8000')
    expect(await meter.watch(batch(3, () => wait(30)))).toMatchObject({ rows: [3] })
    await meter.watch(batch(2, () => wait(30)))
    const energy = await meter.energy()
    expect(Energy.parse(energy)).toEqual(energy)
    expect(energy).toMatchObject({
      method: 'ina3221',
      source: expect.stringMatching(/^INA3221 rail VDD_IN .*; reading and decoding the images included$/),
      images: 5,
      sampleIntervalMs: 100,
      isClipped: false,
    })
    expect(energy.idleWatts).toBeCloseTo(2, 9)
    expect(energy.idleSeconds).toBeGreaterThanOrEqual(0.05)
    expect(energy.perImageJ).toBeCloseTo((6 * energy.seconds!) / 5, 9)
    expect(Date.parse(energy.endedAt!) - Date.parse(energy.startedAt!)).toBeGreaterThanOrEqual(55)
  })

  test('whose idle was too high is told as 0, and clipped', async () => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const meter = await open(sysfs, 0.01)
    sysfs.write(TX2_POWER, '7000')
    await meter.watch(batch(1, () => wait(10)))
    expect(await meter.energy()).toMatchObject({ perImageJ: 0, isClipped: true })
  })

  test('without idle says that it is not taken off', async () => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const meter = await open(sysfs, 0)
    await meter.watch(batch(1, () => wait(10)))
    expect(await meter.energy()).toMatchObject({
      idleWatts: 0,
      idleSeconds: 0,
      source: expect.stringContaining('idle not taken off'),
    })
  })

  test('leaves a batch out that the meter missed, and says so', async () => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const meter = await open(sysfs, 0)
    await meter.watch(batch(3, () => wait(10)))
    sysfs.remove(TX2_POWER)
    await meter.watch(batch(2, () => wait(10)))
    const energy = await meter.energy()
    expect(energy).toMatchObject({
      images: 3,
      source: expect.stringMatching(/; 2 of 5 images left out: Cannot measure energy by "ina3221"/),
    })
    expect(energy.perImageJ).toBeCloseTo((8 * energy.seconds!) / 3, 9)
  })

  test.each([
    ['from the beginning', true],
    ['from the first batch on', false],
  ])('that could not be read %s is told by the model, which says why', async (_, isBeforeIdle) => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const { meter: rail } = chooseMeter({
      choice: 'ina3221',
      hwmonLabel: undefined,
      power,
      sysfs: sysfs.root,
    })
    if (isBeforeIdle) sysfs.remove(TX2_POWER)
    const meter = await JobMeter.open({ meter: rail, idleSeconds: 0.01, power, signal: never })
    if (!isBeforeIdle) sysfs.remove(TX2_POWER)
    await meter.watch(batch(4, () => wait(10)))
    const energy = await meter.energy()
    // 4 W for a quarter of a second each.
    expect(energy).toMatchObject({ perImageJ: 1, method: 'model', images: 4 })
    expect(energy.source).toMatch(
      /^4 W above idle \(made up\); the meter could not be read: Cannot measure energy by "ina3221"/,
    )
    expect(energy.idleWatts).toBeUndefined()
  })

  test('under the model waits for no idle and tells watts times seconds', async () => {
    await using sysfs = await sysfsTree()
    const meter = await open(sysfs, 3_600, 'model')
    await meter.watch(batch(2))
    await meter.watch(batch(4))
    expect(await meter.energy()).toEqual({
      perImageJ: 1,
      method: 'model',
      source: '4 W above idle (made up)',
      images: 6,
      seconds: 1.5,
      startedAt: expect.any(String),
      endedAt: expect.any(String),
    })
  })

  test('fails with its work, and the meter with it', async () => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const meter = await open(sysfs, 0)
    const work = meter.watch(batch(1, () => Promise.reject(new Error('no image'))))
    await expect(work).rejects.toThrow('no image')
  })

  test('does not wait for idle once the device stops', async () => {
    await using sysfs = await sysfsTree(TX2_L4T)
    const { meter } = chooseMeter({ choice: 'ina3221', hwmonLabel: undefined, power, sysfs: sysfs.root })
    const stop = new AbortController()
    const opening = JobMeter.open({ meter, idleSeconds: 3_600, power, signal: stop.signal })
    stop.abort()
    await expect(opening).rejects.toThrow(/abort/i)
  })
})
