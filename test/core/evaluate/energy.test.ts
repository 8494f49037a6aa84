// What routing costs the device, and which share of images sent by others costs the same.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confidenceLine, nearestShare, randomLine, shareAtEnergy } from '#core/evaluate/equal-energy.ts'
import { blindRoute, deviceEnergyJ, energyOf, latencyMeanMs } from '#core/evaluate/route-costs.ts'
import { COSTS, DEAR_UPLOAD } from '../report/made-up-outcomes.ts'

describe('a route costs', () => {
  it.each([
    ['nothing sent', blindRoute(0), [0, 0.5, 0], 30],
    ['everything sent', blindRoute(1), [0, 0, 0.1], 30],
    ['a forest sending 40 %', { sent: 0.4, sentAfterLocal: 0, usesFeatures: true }, [0.05, 0.3, 0.04], 32],
    ['a cascade sending 40 %', { sent: 0.4, sentAfterLocal: 0.4, usesFeatures: false }, [0, 0.5, 0.04], 42],
    [
      'two stages, 10 % and 30 %',
      { sent: 0.4, sentAfterLocal: 0.3, usesFeatures: true },
      [0.05, 0.45, 0.04],
      41,
    ],
  ])('%s', (_, route, [featuresJ, localJ, uploadJ], ms) => {
    const energy = energyOf(route, COSTS)
    expect(energy.featuresJ).toBeCloseTo(featuresJ!, 12)
    expect(energy.localJ).toBeCloseTo(localJ!, 12)
    expect(energy.uploadJ).toBeCloseTo(uploadJ!, 12)
    expect(deviceEnergyJ(route, COSTS)).toBeCloseTo(featuresJ! + localJ! + uploadJ!, 12)
    expect(latencyMeanMs(route, COSTS)).toBeCloseTo(ms, 12)
  })
})

describe('shareAtEnergy()', () => {
  const free = { ...COSTS, uploadJ: 0 }
  const even = { ...COSTS, uploadJ: 0.5 }
  it.each([
    // A forest sending 40 % costs 0.05 + 0.6 * 0.5 + 0.4 * upload.
    ['random, cheap upload: it sends less than the forest', randomLine(COSTS), 0.39, 0.275],
    ['random, dear upload: it sends more than the forest', randomLine(DEAR_UPLOAD), 0.71, 0.525],
    ['random, cheap upload, against a cascade that sends 40 %', randomLine(COSTS), 0.54, null],
    ['random, dear upload, against a cascade that sends 40 %', randomLine(DEAR_UPLOAD), 0.86, 0.9],
    ['random, dear upload, above sending all', randomLine(DEAR_UPLOAD), 0.91, null],
    ['confidence, cheap upload, below local inference', confidenceLine(COSTS), 0.39, null],
    [
      'confidence, dear upload: it sends less than the forest',
      confidenceLine(DEAR_UPLOAD),
      0.71,
      0.7 * (0.3 / 0.9),
    ],
    ['confidence, against a hybrid that sends 40 %', confidenceLine(COSTS), 0.59, 0.9],
    ['confidence, against a hybrid that sends 60 %', confidenceLine(COSTS), 0.61, null],
    ['confidence, free upload, at its one price', confidenceLine(free), 0.5, 0.4],
    ['confidence, free upload, at another price', confidenceLine(free), 0.55, null],
    ['random, upload as dear as computing, at its one price', randomLine(even), 0.5, 0.4],
    ['random, upload as dear as computing, with features on top', randomLine(even), 0.55, null],
    ['the least it can cost, but for rounding', randomLine(COSTS), 0.1 - 1e-15, 1],
    ['the most it can cost, but for rounding', randomLine(COSTS), 0.5 + 1e-15, 0],
  ])('%s', (_, line, energyJ, expected) => {
    const share = shareAtEnergy(line, energyJ, 0.4)
    if (expected === null) expect(share).toBeNull()
    else expect(share).toBeCloseTo(expected, 12)
  })

  it('finds the share back from its energy, on rising and on falling lines', () => {
    const joules = fc.double({ min: 0.01, max: 10, noNaN: true })
    fc.assert(
      fc.property(joules, joules, fc.double({ min: 0, max: 1, noNaN: true }), (noneJ, allJ, share) => {
        fc.pre(Math.abs(allJ - noneJ) > 1e-3)
        const energyJ = noneJ + share * (allJ - noneJ)
        expect(shareAtEnergy({ noneJ, allJ }, energyJ, 0)).toBeCloseTo(share, 9)
        expect(nearestShare({ noneJ, allJ }, energyJ, 0)).toBeCloseTo(share, 9)
      }),
    )
  })

  it.each([
    [randomLine(COSTS), 0.6, 0],
    [randomLine(COSTS), 0.05, 1],
    [confidenceLine(COSTS), 0.4, 0],
    [confidenceLine(COSTS), 0.7, 1],
  ])('nearestShare() of %j at %d J is %d', (line, energyJ, expected) => {
    expect(nearestShare(line, energyJ, 0.4)).toBe(expected)
  })
})
