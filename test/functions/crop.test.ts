// What a function's crop means: the part that it names is what the model sees, in place of the model's own central
// crop, by either filter; each view is inferred once, and there is a bound on how many.

import { describe, expect, test } from 'vitest'
import { Crop } from '#contract/function-bindings.ts'
import type { ModelInput } from '#contract/model.ts'
import { plain } from '#test/vision/images.ts'
import { tinyContract } from '#test/vision/tiny-model.ts'
import type { DecodedImage } from '#vision/decode.ts'
import { imageEntry } from '#vision/image-entry.ts'
import { prepareInput, type ViewedImage } from '#vision/session/prepare-input.ts'
import { TooManyViews } from '#vision/session/too-many-views.ts'
import { createVision, VIEWS_MAX } from '#vision/vision.ts'

/** Each pixel tells its place. */
function ramp(width: number, height: number): DecodedImage {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb.set([(i % width) * 5, Math.floor(i / width) * 7, i], i * 3)
  return { rgb, width, height }
}

/** By hand, pixel by pixel. */
function part(image: DecodedImage, left: number, top: number, width: number, height: number): DecodedImage {
  const rgb: number[] = []
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++)
      rgb.push(...image.rgb.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3))
  return { rgb: Uint8Array.from(rgb), width, height }
}

describe.each(['bilinear', 'bilinear-antialias'] as const)('prepareInput() of a view, %s', (resize) => {
  const input: ModelInput = { ...tinyContract().input, resize, crop: 0.5 }
  const image = ramp(40, 30)

  test.each<[string, Crop, DecodedImage]>([
    ['the whole image, whatever the model would cut', { x: 0, y: 0, width: 1, height: 1 }, image],
    ['a corner', { x: 0, y: 0, width: 0.5, height: 0.5 }, part(image, 0, 0, 20, 15)],
    ['the last column', { x: 1, y: 0, width: 0.01, height: 1 }, part(image, 39, 0, 1, 30)],
    ['a part in the middle', { x: 0.25, y: 0.1, width: 0.3, height: 0.8 }, part(image, 10, 3, 12, 24)],
  ])('sees %s', async (_, view, expected) => {
    const whole: ModelInput = { ...input, crop: 1 }
    expect(await prepareInput({ ...image, view }, input)).toEqual(await prepareInput(expected, whole))
  })

  test('without a view sees the central crop, as ever', async () => {
    const whole: ModelInput = { ...input, crop: 1 }
    const central = part(image, 10, 7, 20, 15)
    expect(await prepareInput(image, input)).toEqual(await prepareInput(central, whole))
  })
})

describe('createVision() of views', () => {
  const seen: (Crop | undefined)[] = []
  const model = {
    name: 'counting',
    async classify(image: ViewedImage) {
      seen.push(image.view)
      return [{ index: seen.length, name: 'x', score: 1 }]
    },
  }
  const view = (i: number): Crop => ({ x: i / 100, y: 0, width: 0.5, height: 1 })

  test('infers each view once, and the model’s own crop beside them, up to a bound', async () => {
    const vision = createVision({ model })
    const image = imageEntry(await plain().png().toBuffer())
    const [own, one, again] = await Promise.all([
      vision.infer(image, 1),
      vision.infer(image, 1, view(1)),
      vision.infer(image, 1, { ...view(1) }),
    ])
    expect(seen).toEqual([undefined, view(1)])
    expect(again).toEqual(one)
    expect(own.labels).not.toEqual(one.labels)
    for (let i = 2; i < VIEWS_MAX; i++) await vision.infer(image, 1, view(i))
    await expect(vision.infer(image, 1, view(VIEWS_MAX))).rejects.toThrow(TooManyViews)
    expect(await vision.infer(image, 1, view(1))).toEqual(one)
  })

  test('never refuses the model’s own crop: the built-in path lives on it', async () => {
    const vision = createVision({ model })
    const image = imageEntry(await plain().png().toBuffer())
    for (let i = 0; i < VIEWS_MAX; i++) await vision.infer(image, 1, view(i))
    await expect(vision.infer(image, 1, view(VIEWS_MAX))).rejects.toThrow(TooManyViews)
    expect((await vision.infer(image, 1)).model).toBe('counting')
  })
})

test.each<[string, unknown]>([
  ['begins left of the image', { x: -0.1, y: 0, width: 0.5, height: 1 }],
  ['ends below it', { x: 0, y: 0.5, width: 1, height: 0.6 }],
  ['is empty', { x: 0, y: 0, width: 0, height: 1 }],
  ['is no number', { x: 0, y: 0, width: Number.NaN, height: 1 }],
])('a crop that %s is refused', (_, crop) => {
  expect(Crop.safeParse(crop).success).toBe(false)
})
