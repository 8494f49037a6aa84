// Energy of an image from a metered job: idle taken off and never below zero, and told how it was found.

import { describe, expect, test } from 'vitest'
import { Energy } from '#contract/outcome.ts'
import { aboveIdleJ, accountEnergy, type MeteredStretch } from '#core/profile/account-energy.ts'

const times = { startedAt: '2026-01-02T03:04:05.000Z', endedAt: '2026-01-02T03:04:15.000Z' }
const stretch = (more: Partial<MeteredStretch> = {}): MeteredStretch => ({
  joules: 30,
  seconds: 5,
  images: 50,
  sampleIntervalMs: 100,
  samples: 51,
  gaps: 0,
  ...more,
})
const account = (stretches: MeteredStretch[], idleWatts = 2) =>
  accountEnergy({
    method: 'ina3221',
    source: 'VDD_IN',
    stretches,
    idle: { watts: idleWatts, seconds: 5 },
    ...times,
  })

describe('accountEnergy()', () => {
  test('takes idle off, divides by the images and keeps how it was found', () => {
    const energy = account([
      stretch(),
      stretch({ images: 10, joules: 10, seconds: 2.5, samples: 26, gaps: 2 }),
    ])
    expect(energy).toEqual({
      // 40 J less 2 W for 7.5 s, over 60 images.
      perImageJ: 25 / 60,
      method: 'ina3221',
      source: 'VDD_IN',
      images: 60,
      seconds: 7.5,
      ...times,
      sampleIntervalMs: 100,
      samples: 77,
      gaps: 2,
      idleWatts: 2,
      idleSeconds: 5,
      isClipped: false,
    })
    expect(Energy.parse(energy)).toEqual(energy)
  })

  test('is 0, and says that it was clipped, where idle was more', () => {
    expect(account([stretch()], 6.5)).toMatchObject({ perImageJ: 0, isClipped: true, idleWatts: 6.5 })
  })

  test('says nothing of samples and idle where nothing is sampled', () => {
    const model = { sampleIntervalMs: null, samples: 0 }
    expect(account([stretch(model)], 0)).toEqual({
      perImageJ: 0.6,
      method: 'ina3221',
      source: 'VDD_IN',
      images: 50,
      seconds: 5,
      ...times,
    })
  })

  test('refuses a job without images', () => {
    expect(() => account([])).toThrow('Cannot account for energy by "ina3221": has 0 images')
  })
})

test.each<[number, number, number, boolean]>([
  [10, 2, 0, false],
  [10, 0, 10, false],
  [10, 1.5, 2.5, false],
  [10, 2.01, 0, true],
])('%d J in 5 s above %d W are %d J', (joules, watts, above, isClipped) => {
  expect(aboveIdleJ({ joules, seconds: 5 }, watts)).toEqual({ joules: above, isClipped })
})
