// Features of images that can be worked out on paper: a white square on black, and images of one colour each.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { createRandom } from '#core/random.ts'
import { BLACK, type Colour, noise, paint, WHITE, whiteSquare } from './paint.ts'

const one = (image: typeof whiteSquare, name: FeatureName) => extractFeatures(image, [name])[0]!
const named = (image: typeof whiteSquare) =>
  Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, extractFeatures(image, FEATURE_NAMES)[i]!]))

describe('extractFeatures() on a white square on black', () => {
  const share = 100 / 1024
  const expected: [FeatureName, number][] = [
    ['n_keypoints', 0],
    ['aspect_ratio', 1],
    ['area_by_perim', 81 / 36],
    ['avg_brightness', 255 * share],
    ['brightness_rms', 255 * Math.sqrt(share)],
    ['avg_perceived_brightness', 255 * share],
    ['perceived_brightness_rms', 255 * Math.sqrt(share)],
    ['contrast', 255 * Math.sqrt(share - share * share)],
    ['hue1', 1],
    ['hue2', 0],
  ]
  it.each(expected)('%s is %d', (name, value) => {
    expect(one(whiteSquare, name)).toBeCloseTo(value, 9)
  })

  it('its segments are upright and level, none in between', () => {
    const features = named(whiteSquare)
    expect(features.edge_angle4! + features.edge_angle7!).toBeGreaterThan(0.6)
    expect(features.edge_angle1).toBe(0)
  })
})

describe('extractFeatures() of one colour', () => {
  const cases: [string, Colour, FeatureName][] = [
    ['red', [255, 0, 0], 'hue1'],
    ['yellow (hue 30)', [255, 255, 0], 'hue2'],
    ['green (hue 60)', [0, 255, 0], 'hue3'],
    ['cyan (hue 90)', [0, 255, 255], 'hue4'],
    ['blue (hue 120)', [0, 0, 255], 'hue5'],
    ['magenta (hue 150)', [255, 0, 255], 'hue6'],
    ['pinkish red (hue 175)', [255, 0, 43], 'hue7'],
    ['grey has no hue and counts as 0', [90, 90, 90], 'hue1'],
  ]
  it.each(cases)('%s', (_, colour, name) => {
    expect(one(paint({ width: 5, height: 4 }, colour), name)).toBe(1)
  })

  it.each([
    ['red', [255, 0, 0], 76, 255 * Math.sqrt(0.241)],
    ['green', [0, 255, 0], 150, 255 * Math.sqrt(0.691)],
    ['blue', [0, 0, 255], 29, 255 * Math.sqrt(0.068)],
  ] as [string, Colour, number, number][])(
    '%s: luma and perceived brightness',
    (_, colour, luma, perceived) => {
      const features = named(paint({ width: 3, height: 3 }, colour))
      expect(features.avg_brightness).toBe(luma)
      expect(features.brightness_rms).toBe(luma)
      expect(features.contrast).toBe(0)
      expect(features.avg_perceived_brightness).toBeCloseTo(perceived, 9)
      expect(features.perceived_brightness_rms).toBeCloseTo(perceived, 9)
    },
  )
})

describe('extractFeatures()', () => {
  it('gives the same values for seven names as among all', () => {
    const random = createRandom(11)
    for (const image of [whiteSquare, noise(40, 30, random), noise(9, 60, random)]) {
      const all = named(image)
      expect(extractFeatures(image, RUNTIME_FEATURES)).toEqual(RUNTIME_FEATURES.map((name) => all[name]))
    }
  })

  it('answers every name for images of any size and content, all finite', () => {
    const side = fc.integer({ min: 1, max: 24 })
    const colours = fc.constantFrom<Colour>(BLACK, WHITE, [0, 0, 1], [254, 255, 255], [7, 200, 3])
    fc.assert(
      fc.property(side, side, colours, fc.option(fc.integer()), (width, height, colour, seed) => {
        const image =
          seed === null ? paint({ width, height }, colour) : noise(width, height, createRandom(seed))
        const values = extractFeatures(image, FEATURE_NAMES)
        expect(values).toHaveLength(29)
        expect(values.every(Number.isFinite)).toBe(true)
        for (const family of ['hue', 'edge_length', 'edge_angle']) {
          const shares = values.filter((_, i) => FEATURE_NAMES[i]!.startsWith(family))
          const sum = shares.reduce((total, share) => total + share, 0)
          expect(sum === 0 || Math.abs(sum - 1) < 1e-9).toBe(true)
        }
      }),
    )
  })

  it('works beyond the working size', () => {
    const values = extractFeatures(noise(700, 20, createRandom(2)), FEATURE_NAMES)
    expect(values.every(Number.isFinite)).toBe(true)
  })

  it.each([
    [0, 0, 0],
    [2, 2, 11],
  ])('refuses %d x %d pixels in %d bytes', (width, height, bytes) => {
    expect(() => extractFeatures({ rgb: new Uint8Array(bytes), width, height }, ['hue1'])).toThrow(RangeError)
  })
})
