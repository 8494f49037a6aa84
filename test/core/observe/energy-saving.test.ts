// What is said of energy saved: against both ways that need no router, and never surer than the answers make it.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { energySaving, IMAGES_MIN } from '#core/observe/energy-saving.ts'
import { shareOf } from '#core/observe/share-interval.ts'
import { measuredQuality } from '#core/promote/measured-quality.ts'

const COSTS = { featuresJ: 0.01, localJ: 0.05, uploadJ: 0.2, isCascade: true }
const SPENT = {
  ...{ images: 1_000, offloaded: 300, meanJ: 0.11, sdJ: 0.09 },
  ...{ kept: 700, keptMeanJ: 0.05, keptSdJ: 0.001 },
}

describe('energySaving()', () => {
  test('of a third sent away saves against sending all, and costs against sending none', () => {
    const saving = energySaving(SPENT, COSTS)!
    expect(saving.edgeOnly.verdict).toBe('saves')
    expect(saving.edgeOnly.saved.value).toBeCloseTo(0.45)
    expect(saving.localOnly.verdict).toBe('costs')
    expect(saving.localOnly.saved.value).toBeCloseTo(-1.2)
    expect(saving.localFrom).toBe('decisions')
  })

  test('is unsure where the spread of the answers leaves it open', () => {
    const saving = energySaving({ ...SPENT, images: 40, offloaded: 12, meanJ: 0.19, sdJ: 0.1 }, COSTS)!
    expect(saving.edgeOnly.verdict).toBe('unsure')
    expect(saving.edgeOnly.saved.low).toBeLessThan(0)
    expect(saving.edgeOnly.saved.high).toBeGreaterThan(0)
  })

  test('says nothing from few images, and takes profiles where few were kept', () => {
    expect(energySaving({ ...SPENT, images: IMAGES_MIN - 1 }, COSTS)).toBeNull()
    const saving = energySaving({ ...SPENT, kept: 5 }, COSTS)!
    expect(saving.localFrom).toBe('profiles')
    expect(saving.localOnly.baselineJ.value).toBe(COSTS.localJ)
  })

  test('does not count features to the local model, which would do without them', () => {
    const saving = energySaving(SPENT, { ...COSTS, isCascade: false })!
    expect(saving.localOnly.baselineJ.value).toBeCloseTo(0.04)
  })

  test('always holds its value in its interval, and can be written as JSON', () => {
    const joules = fc.double({ min: 0, max: 10, noNaN: true })
    const count = fc.integer({ min: IMAGES_MIN, max: 10_000 })
    fc.assert(
      fc.property(joules, joules, count, joules, joules, (meanJ, sdJ, images, keptMeanJ, uploadJ) => {
        const spent = { ...SPENT, meanJ, sdJ, images, offloaded: 3, keptMeanJ }
        const saving = energySaving(spent, { ...COSTS, uploadJ })!
        expect(JSON.parse(JSON.stringify(saving))).toEqual(saving)
        for (const { saved } of [saving.edgeOnly, saving.localOnly]) {
          expect(saved.low).toBeLessThanOrEqual(saved.value)
          expect(saved.value).toBeLessThanOrEqual(saved.high)
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('shareOf() is exact where nothing or all was hit', () => {
  expect(shareOf(0, 100)).toMatchObject({ value: 0, low: 0 })
  expect(shareOf(0, 100).high).toBeCloseTo(1 - 0.025 ** (1 / 100), 6)
  expect(shareOf(100, 100)).toMatchObject({ value: 1, high: 1 })
})

test('measuredQuality() gives every share its interval, from what it was counted of', () => {
  const figures = {
    ...{ decisions: 200, offloadShare: 0.25, fallbackShare: 0, edgeFailureShare: 0 },
    ...{ latencyP95Ms: 12, disagreement: 0.5, audits: 4 },
  }
  const measured = new Map(measuredQuality(figures).map((line) => [line.what, line]))
  expect(measured.get('offload share')!.interval).toEqual(shareOf(50, 200))
  expect(measured.get('disagreement')!.interval).toEqual(shareOf(2, 4))
  expect(measured.get('latency p95 in ms')).toEqual({
    ...{ what: 'latency p95 in ms', value: 12, interval: null, of: 200 },
  })
  expect(measuredQuality({ ...figures, decisions: 0, offloadShare: null })[0]!.interval).toBeNull()
})
