// Asking for few features must not cost as much as asking for all. What ran is seen from outside, by its traces: how
// often the pixels were read, and which planes of the memory to work in were written.

import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { geometryOf, Scratch } from '#core/features/scratch.ts'
import type { RgbImage } from '#core/preprocess/crop-resize.ts'
import { goldenScene } from './golden-scene.ts'

const scene = goldenScene(8, 60, 44)
const PLANES = ['luma', 'mark', 'magnitude', 'dx', 'dy', 'found', 'stack', 'parent', 'pixels'] as const
/** No kernel writes this value all over a plane. */
const UNTOUCHED = 77

/** The planes that were written for these names. */
function written(names: readonly FeatureName[]): string[] {
  const scratch = new Scratch(geometryOf(scene))
  for (const plane of PLANES) scratch[plane].fill(UNTOUCHED)
  extractFeatures(scene, names, { scratch })
  return PLANES.filter((plane) => scratch[plane].some((value) => value !== UNTOUCHED))
}

/** How many times each byte of the image was read for these names. */
function readings(names: readonly FeatureName[]): number {
  let reads = 0
  const rgb = new Proxy(scene.rgb, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      return Reflect.get(target, key, target)
    },
  })
  extractFeatures({ ...scene, rgb } satisfies RgbImage, names)
  return reads / scene.rgb.length
}

describe('extractFeatures()', () => {
  it.each<[string, readonly FeatureName[], string[]]>([
    ['colours alone need no luma', ['hue1', 'hue5', 'perceived_brightness_rms'], []],
    [
      'brightness needs luma alone',
      ['avg_brightness', 'brightness_rms', 'contrast', 'avg_perceived_brightness'],
      ['luma'],
    ],
    ['corners need no gradients', ['n_keypoints'], ['luma', 'mark', 'found', 'stack']],
    ['the main object needs no gradients', ['aspect_ratio'], ['luma', 'mark', 'found', 'parent', 'pixels']],
    [
      'segments look for no object',
      ['edge_length1', 'edge_angle7'],
      ['luma', 'mark', 'magnitude', 'dx', 'dy', 'found', 'stack'],
    ],
  ])('writes only what a family needs: %s', (_, names, planes) => {
    expect(written(names)).toEqual(planes)
  })

  it.each<[string, readonly FeatureName[], number]>([
    [
      'luma, whatever is made of it',
      ['n_keypoints', 'edge_length1', 'edge_angle3', 'contrast', 'aspect_ratio'],
      1,
    ],
    ['all hues', ['hue2', 'hue1', 'hue7'], 1],
    ['the seven: luma and channel means, the first hue', RUNTIME_FEATURES, 2],
    ['all: mean squares, which read each byte twice, as well', FEATURE_NAMES, 4],
  ])('reads the pixels once a family: %s', (_, names, times) => {
    expect(readings(names)).toBe(times)
  })

  it('gives each feature the same value alone, in any order and among all', () => {
    const all = extractFeatures(scene, FEATURE_NAMES)
    expect(FEATURE_NAMES.map((name) => extractFeatures(scene, [name])[0])).toEqual(all)
    expect(extractFeatures(scene, [...FEATURE_NAMES].reverse()).reverse()).toEqual(all)
  })

  it('gives the same values in memory that larger and smaller images have used before', () => {
    const sizes = [
      [256, 256],
      [9, 200],
      [256, 3],
      [60, 44],
    ] as const
    const fresh = () => new Scratch(geometryOf({ width: 256, height: 256 }))
    const used = fresh()
    for (const [width, height] of [...sizes, ...sizes].reverse()) {
      const image = goldenScene(width, Math.max(width, 12), Math.max(height, 12))
      expect(extractFeatures(image, FEATURE_NAMES, { scratch: used })).toEqual(
        extractFeatures(image, FEATURE_NAMES, { scratch: fresh() }),
      )
    }
  })

  it('refuses memory that is too small for the image', () => {
    const scratch = new Scratch(geometryOf({ width: 59, height: 43 }))
    expect(() => extractFeatures(scene, ['contrast'], { scratch })).toThrow(RangeError)
  })
})
