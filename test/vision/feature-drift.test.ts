// A router is trained on one decoder's pixels; another decoder's filter moves the features. How far is bounded here, on
// rendered scenes grown to camera size, with a sensor's noise, as JPEG. Bounds are about one and a half times
// the largest move measured (sharp 0.35.5). The lesson: brightness, hue and shape hardly move; corners do, where the
// other filter keeps the noise or rings (Lanczos makes hundreds of them), so the working image's filter is part of
// the features' version.

import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { FEATURE_NAMES } from '#contract/features.ts'
import { extractFeatures } from '#core/features/extract-features.ts'
import { createRandom } from '#core/random.ts'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { decodeImage } from '#vision/decode.ts'
import { workingImage } from '#vision/working-image.ts'

const CAMERA = { width: 1024, height: 768 } as const
const WORKING = { width: 256, height: 192 } as const
/** Standard deviation of the noise is 0.41 of this. */
const NOISE = 8

async function photograph(index: number): Promise<Buffer> {
  const random = createRandom(index)
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 3 } as const
  const pixels = await sharp(renderScene({ split: 'test', index }).pixels, { raw })
    .resize(CAMERA.width, CAMERA.height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer()
  const noisy = Uint8ClampedArray.from(pixels, (value) => value + NOISE * (random() + random() - 1))
  return sharp(noisy, { raw: { ...CAMERA, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** libjpeg scales by eighths while it decodes. */
const shrunkOnLoad = (jpeg: Buffer) =>
  sharp(jpeg)
    .resize({ ...WORKING, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer()
const decodedThen = (kernel: 'mitchell' | 'lanczos3') => async (jpeg: Buffer) => {
  const { rgb } = await decodeImage(jpeg)
  return sharp(rgb, { raw: { ...CAMERA, channels: 3 } })
    .resize({ ...WORKING, fit: 'fill', kernel })
    .raw()
    .toBuffer()
}

const LEVELS = /brightness/
const SHARES = /^(edge_|hue)/
type Bounds = readonly [of: RegExp, most: number][]

const DECODERS: [string, (jpeg: Buffer) => Promise<Buffer>, Bounds][] = [
  [
    'shrink-on-load',
    shrunkOnLoad,
    [
      [LEVELS, 0.75],
      [/contrast/, 0.05],
      [SHARES, 0.1],
      [/n_keypoints/, 18],
      [/area_by/, 3],
      [/aspect/, 0.3],
    ],
  ],
  [
    'a full decode and Mitchell',
    decodedThen('mitchell'),
    [
      [LEVELS, 0.4],
      [/contrast/, 0.25],
      [SHARES, 0.12],
      [/n_keypoints/, 125],
      [/area_by/, 3],
      [/aspect/, 0.3],
    ],
  ],
  [
    'a full decode and Lanczos',
    decodedThen('lanczos3'),
    [
      [LEVELS, 0.3],
      [/contrast/, 1],
      [SHARES, 0.2],
      [/n_keypoints/, 450],
      [/area_by/, 3],
      [/aspect/, 0.3],
    ],
  ],
]

describe('features of the working image', async () => {
  const photographs = await Promise.all(Array.from({ length: 8 }, (_, index) => photograph(index)))

  test.each(DECODERS)('move little if it is made by %s', async (_, decode, bounds) => {
    const moved = FEATURE_NAMES.map(() => 0)
    for (const jpeg of photographs) {
      const ours = extractFeatures(await workingImage(await decodeImage(jpeg)), FEATURE_NAMES)
      const theirs = extractFeatures({ ...WORKING, rgb: await decode(jpeg) }, FEATURE_NAMES)
      for (const i of moved.keys()) moved[i] = Math.max(moved[i]!, Math.abs(ours[i]! - theirs[i]!))
    }
    for (const [i, name] of FEATURE_NAMES.entries()) {
      const bound = bounds.find(([of]) => of.test(name))!
      expect(moved[i], name).toBeLessThanOrEqual(bound[1])
    }
    // The filters do differ: without this the test would pass on two equal images.
    expect(Math.max(...moved)).toBeGreaterThan(0.1)
  })
})
