// The kernels in WebAssembly against the JavaScript that defines the features: every one of the 29 must be the same
// number, bit by bit. Images of every kind take turns in the same memory, so that what one leaves behind would show
// in the next.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, type FeatureName, RUNTIME_FEATURES } from '#contract/features.ts'
import { byHough } from '#core/features/edges/probabilistic-hough.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import type { FeatureKernels } from '#core/features/feature-kernels.ts'
import type { RgbImage } from '#core/preprocess/crop-resize.ts'
import { createRandom, randomInteger } from '#core/random.ts'
import { GOLDEN_IMAGES } from '#test/core/features/golden-images.ts'
import { goldenScene } from '#test/core/features/golden-scene.ts'
import { decodeImage } from '#vision/decode.ts'
import { featureKernels } from '#vision/kernels/load-kernels.ts'
import { workingImage } from '#vision/working-image.ts'

const PHOTOGRAPHS = path.resolve(import.meta.dirname, '../../../../shared/data/imagenet/images')
const random = createRandom(29)
const below = (count: number) => randomInteger(random, count)

/** The names whose values differ. */
function differences(image: RgbImage, names: readonly FeatureName[] = FEATURE_NAMES): FeatureName[] {
  const kernels = featureKernels()
  const ours = extractFeatures(image, names, { kernels })
  const theirs = extractFeatures(image, names)
  return names.filter((_, i) => !Object.is(ours[i], theirs[i]))
}

/** Noise of few or many levels, grey or not, blurred downwards, both ways or not: each is hard on another kernel. */
function randomImage(width: number, height: number): RgbImage {
  const levels = [2, 3, 8, 64, 256][below(5)]!
  const isGrey = below(4) === 0
  const smoothing = below(4)
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < rgb.length; i++) {
    const drawn = Math.floor((below(levels) * 255) / (levels - 1))
    const above = i < 3 * width ? drawn : rgb[i - 3 * width]!
    const before = i < 3 ? drawn : rgb[i - 3]!
    rgb[i] = [drawn, drawn, (7 * above + drawn) >> 3, (3 * above + 3 * before + 2 * drawn) >> 3][smoothing]!
    if (isGrey && i % 3 > 0) rgb[i] = rgb[i - 1]!
  }
  return { rgb, width, height }
}

/** What each family was asked for. */
function recording(kernels: FeatureKernels) {
  const asked = new Set<string>()
  const note = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          asked.add(String(key))
          const result = Reflect.apply(value, of, args)
          return key === 'luma' || key === 'open' ? note(result) : result
        }
      },
    })
  return { asked, kernels: note(kernels) }
}

describe.skipIf(featureKernels() === undefined)('featureKernels()', () => {
  it.each(Object.keys(GOLDEN_IMAGES))('find the same 29 features in %s', (name) => {
    expect(differences(GOLDEN_IMAGES[name]!())).toEqual([])
  })

  it('find the same in 4000 images of all sizes up to 40 pixels', () => {
    const wrong = []
    for (let i = 0; i < 4000; i++) {
      const image = randomImage(1 + below(40), 1 + below(40))
      const names = differences(image)
      if (names.length > 0) wrong.push({ i, width: image.width, height: image.height, names })
    }
    expect(wrong).toEqual([])
  })

  it.each([
    [256, 192],
    [192, 256],
    [256, 256],
    [255, 254],
    [256, 1],
    [1, 256],
    [241, 7],
    [240, 16],
  ])('find the same in images of %i x %i, noise and scenes', (width, height) => {
    const images = Array.from({ length: 5 }, () => randomImage(width, height))
    if (Math.min(width, height) >= 12) images.push(goldenScene(width, width, height))
    expect(images.flatMap((image) => differences(image))).toEqual([])
  })

  it('find the same whatever stands in the way of a vector: patterns at every phase', () => {
    const wrong = []
    for (let period = 1; period <= 18; period++)
      for (const isUpright of [true, false]) {
        const rgb = new Uint8Array(67 * 59 * 3)
        for (let i = 0; i < 67 * 59; i++) {
          const at = isUpright ? i % 67 : Math.floor(i / 67)
          rgb.fill(Math.floor(at / period) % 2 === 0 ? 30 : 190, 3 * i, 3 * i + 3)
        }
        wrong.push(...differences({ rgb, width: 67, height: 59 }))
      }
    expect(wrong).toEqual([])
  })

  it('find the same segments along edges of every slope, wherever a window of theirs ends', () => {
    const wrong = []
    for (let slope = 0; slope < 180; slope++) {
      const [nx, ny] = [Math.sin((slope * Math.PI) / 180), Math.cos((slope * Math.PI) / 180)]
      const rgb = new Uint8Array(150 * 140 * 3)
      for (let i = 0; i < 150 * 140; i++) {
        // Waves that bend with the slope: long runs, with corners and with ends in between.
        const [x, y] = [i % 150, Math.floor(i / 150)]
        const wave = Math.sin((x * nx + y * ny) / 3 + ((x * y) / 4000) * (slope % 3))
        rgb.fill(120 + Math.round(90 * wave), 3 * i, 3 * i + 3)
      }
      wrong.push(...differences({ rgb, width: 150, height: 140 }).map((name) => ({ slope, name })))
    }
    expect(wrong).toEqual([])
  })

  it('find the same hue for every colour of a coarse cube and all near its borders', () => {
    const levels = [
      0, 1, 2, 3, 20, 59, 60, 61, 119, 120, 121, 127, 128, 180, 181, 193, 239, 240, 253, 254, 255,
    ]
    const hues = FEATURE_NAMES.filter((name) => name.startsWith('hue'))
    const wrong = new Set<string>()
    for (const r of levels)
      for (const g of levels) {
        // One colour a picture would hide two wrongs that cancel out, so blue runs through all its values.
        const rgb = Uint8Array.from({ length: 256 * 3 }, (_, i) => [r, g, Math.floor(i / 3)][i % 3]!)
        for (const names of [hues, ['hue1'] as const])
          if (differences({ rgb, width: 256, height: 1 }, names).length > 0) wrong.add(`${r} ${g}`)
      }
    expect([...wrong]).toEqual([])
  })

  it.skipIf(!existsSync(PHOTOGRAPHS))('find the same in 120 photographs', async () => {
    const files = readdirSync(PHOTOGRAPHS).sort()
    const wrong = []
    for (let i = 0; i < 120; i++) {
      const file = files[Math.floor((i * files.length) / 120)]!
      const image = await workingImage(await decodeImage(readFileSync(path.join(PHOTOGRAPHS, file))))
      if (differences(image).length > 0) wrong.push(file)
    }
    expect(wrong).toEqual([])
  })

  it('leave larger images to JavaScript', () => {
    for (const [width, height] of [
      [257, 20],
      [20, 257],
    ] as const) {
      const image = randomImage(width, height)
      expect(featureKernels()!.open(image)).toBeUndefined()
      expect(differences(image)).toEqual([])
    }
  })

  it('are left alone where segments are found in another way', () => {
    const { asked, kernels } = recording(featureKernels()!)
    const image = goldenScene(3, 64, 48)
    extractFeatures(image, FEATURE_NAMES, { kernels, segments: byHough(createRandom(1)) })
    expect([...asked]).toEqual([])
  })

  it.each<[string, readonly FeatureName[], string[]]>([
    ['colours need no luma', ['hue1', 'perceived_brightness_rms'], ['open', 'firstHueCount', 'squareSums']],
    ['corners need nothing but luma', ['n_keypoints'], ['open', 'luma', 'countCorners']],
    ['all hues are one pass', ['hue1', 'hue2', 'hue7'], ['open', 'hueCounts']],
    ['the seven', RUNTIME_FEATURES, ['open', 'luma', 'countCorners', 'border', 'firstHueCount', 'segments']],
  ])('compute what is asked for: %s', (_, names, calls) => {
    const { asked, kernels } = recording(featureKernels()!)
    extractFeatures(goldenScene(3, 64, 48), names, { kernels })
    expect([...asked].sort()).toEqual([...calls].sort())
  })
})
