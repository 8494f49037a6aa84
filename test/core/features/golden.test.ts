// Values that must never change while FEATURES_VERSION stays: routers in the field were trained on them. Of the
// twenty golden images golden/features.json keeps all 29, and golden/opencv.json what OpenCV measures on them
// (bench/opencv/check-features.py, the same with 4.6.0 and 5.0.0). The three scenes have counts of OpenCV 5.0.0's
// on the same luma and pixels, and the contour of its largest component.

import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, FEATURES_VERSION } from '#contract/features.ts'
import { EDGE, findEdges } from '#core/features/edges/canny.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { countCorners } from '#core/features/fast-corners.ts'
import { hueHistogram } from '#core/features/hue-histogram.ts'
import { brightness, toLuma } from '#core/features/luma.ts'
import { mainObject } from '#core/features/main-object.ts'
import { otsuThreshold } from '#core/features/otsu.ts'
import { geometryOf, Scratch } from '#core/features/scratch.ts'
import type { RgbImage } from '#core/preprocess/crop-resize.ts'
import features from './golden/features.json' with { type: 'json' }
import opencv from './golden/opencv.json' with { type: 'json' }
import { GOLDEN_IMAGES } from './golden-images.ts'
import { goldenScene } from './golden-scene.ts'

/** What OpenCV counts exactly as we do. */
function countsOf(image: RgbImage) {
  const luma = toLuma(image, new Scratch(geometryOf(image)))
  const corners = countCorners(luma)
  const edges = findEdges(luma).scratch.mark.filter((mark) => mark === EDGE).length
  const hues = hueHistogram(image).map((share) => Math.round(share * image.width * image.height))
  return { corners, edges, otsu: otsuThreshold(luma.histogram), hues }
}

describe.each(Object.entries(GOLDEN_IMAGES))('features of golden image "%s"', (name, make) => {
  const image = make()

  it('all 29 are what they were in version 1', () => {
    expect(FEATURES_VERSION).toBe(1)
    const golden = (features as Record<string, number[]>)[name]!
    const values = extractFeatures(image, FEATURE_NAMES)
    // Sums are exact; a root or a square may differ in its last digit from engine to engine.
    const off = FEATURE_NAMES.filter((_, i) => Math.abs(values[i]! - golden[i]!) > 1e-12 * golden[i]!)
    expect(off).toEqual([])
  })

  it('corners, edges, threshold and hues are counted as OpenCV does, brightness to 1e-6', () => {
    const { mean, rms, contrast, ...counts } = (opencv.images as Record<string, Fixture>)[name]!
    expect(countsOf(image)).toEqual(counts)
    const ours = brightness(toLuma(image).histogram)
    for (const [got, theirs] of [
      [ours.mean, mean],
      [ours.rms, rms],
      [ours.contrast, contrast],
    ] as const)
      expect(Math.abs(got - theirs)).toBeLessThan(1e-6)
  })
})

interface Fixture extends ReturnType<typeof countsOf> {
  mean: number
  rms: number
  contrast: number
}

it('there are twenty golden images, and each has its values', () => {
  const names = Object.keys(GOLDEN_IMAGES)
  expect(names).toHaveLength(20)
  expect(Object.keys(features)).toEqual(names)
  expect(Object.keys(opencv.images)).toEqual(names)
})

const OPENCV = [
  {
    scene: [1, 160, 120],
    counts: { corners: 44, edges: 846, otsu: 105 },
    hues: [9506, 2110, 2276, 429, 75, 4162, 642],
    luma: [87.17885416666667, 33.47028674093485],
    object: [10.910257296308172, 1.6458333333333333],
  },
  {
    scene: [2, 96, 128],
    counts: { corners: 49, edges: 741, otsu: 148 },
    hues: [5605, 4132, 367, 0, 0, 1254, 930],
    luma: [112.56095377604167, 65.43042978162393],
    object: [6.319853877854544, 0.7415730337078652],
  },
  {
    scene: [3, 256, 192],
    counts: { corners: 52, edges: 1692, otsu: 118 },
    hues: [21883, 3357, 3114, 8704, 6109, 4208, 1777],
    luma: [112.34596761067708, 50.292838707514],
    object: [24.98358096317037, 1.3496932515337423],
  },
] as const

describe.each(OPENCV)('features of golden scene $scene', ({ scene, counts, hues, luma, object }) => {
  const [seed, width, height] = scene
  const image = goldenScene(seed, width, height)
  it('count corners, edges and hues and split luma as OpenCV does', () => {
    expect(countsOf(image)).toEqual({ ...counts, hues })
  })

  it('measure brightness to 1e-9 and the main object to the single precision of OpenCV', () => {
    const plane = toLuma(image)
    const { mean, contrast } = brightness(plane.histogram)
    const { areaByPerimeter, aspectRatio } = mainObject(plane)
    expect([mean, contrast].map((value, i) => Math.abs(value - luma[i]!) < 1e-9)).toEqual([true, true])
    expect(Math.abs(areaByPerimeter / object[0] - 1)).toBeLessThan(1e-7)
    expect(aspectRatio).toBeCloseTo(object[1], 12)
  })
})

it('all 29 features of golden scene 1 stay what they were in version 1', () => {
  expect(FEATURES_VERSION).toBe(1)
  const golden = [
    44, 87.1788541667, 93.3831500236, 85.7825010124, 99.1550877605, 33.4702867409, 0.536585365854,
    0.170731707317, 0.121951219512, 0.0487804878049, 0.0731707317073, 0, 0.0487804878049, 0.170731707317, 0,
    0.0243902439024, 0.463414634146, 0.0487804878049, 0, 0.292682926829, 0.495104166667, 0.109895833333,
    0.118541666667, 0.02234375, 0.00390625, 0.216770833333, 0.0334375, 10.910257292, 1.64583333333,
  ]
  const values = extractFeatures(goldenScene(1, 160, 120), FEATURE_NAMES)
  for (const [i, name] of FEATURE_NAMES.entries()) expect(values[i], name).toBeCloseTo(golden[i]!, 9)
})
