// A plain JPEG goes straight to a model's input in one pipeline, bit for bit as decoded first and cropped then; whatever
// is not that plain goes the other way, and is refused where it was.

import sharp, { type JpegOptions, type Sharp } from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ModelInput } from '#contract/model.ts'
import { createRandom } from '#core/random.ts'
import { SIDE_PX } from '#demo/scenes/canvas.ts'
import { renderScene } from '#demo/scenes/render-scene.ts'
import { decodeImage } from '#vision/decode.ts'
import { imageEntry } from '#vision/image-entry.ts'
import { prepareInput } from '#vision/session/prepare-input.ts'

const INPUT: ModelInput = {
  name: 'image',
  layout: 'nhwc',
  dtype: 'uint8',
  width: 224,
  height: 224,
  crop: 0.875,
  resize: 'bilinear-antialias',
  mean: [0, 0, 0],
  std: [1, 1, 1],
}

/** A rendered scene, enlarged with some noise, so that every filter has something to do. */
async function picture(index: number, width: number, height: number) {
  const random = createRandom(index)
  const { data } = await sharp(renderScene({ split: 'test', index }).pixels, {
    raw: { width: SIDE_PX, height: SIDE_PX, channels: 3 },
  })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (let i = 0; i < data.length; i += 7) data[i] = Math.floor(random() * 256)
  return sharp(data, { raw: { width, height, channels: 3 } })
}

const SIZES = [
  [500, 333],
  [333, 500],
  [224, 224],
  [100, 80],
  [97, 1000],
  [1023, 1022],
  [640, 480],
  [257, 255],
] as const

const JPEGS: [string, JpegOptions][] = [
  ['4:2:0', { quality: 80 }],
  ['4:4:4', { quality: 95, chromaSubsampling: '4:4:4' }],
  ['progressive', { progressive: true }],
  ['restart-free, coarse', { quality: 20, optimiseCoding: false }],
]

const direct = (bytes: Uint8Array, input: ModelInput = INPUT) => decodeImage(bytes, { shownTo: input })
const inSteps = async (bytes: Uint8Array, input: ModelInput = INPUT) =>
  prepareInput(await decodeImage(bytes), input)

describe.each(JPEGS)('a %s JPEG', (_, options) => {
  test.each(SIZES)('of %ix%i is bit for bit the same both ways', async (width, height) => {
    const bytes = await (await picture(width + height, width, height)).jpeg(options).toBuffer()
    const image = await direct(bytes)
    expect(image).toMatchObject({ isInput: true, whole: { width, height } })
    const expected = Buffer.from(await inSteps(bytes))
    expect(Buffer.from(await prepareInput(image, INPUT)).equals(expected)).toBe(true)
  })
})

test.each([0.5, 1])('a crop of %d is bit for bit the same both ways', async (crop) => {
  const input = { ...INPUT, crop, width: 128, height: 96 }
  const bytes = await (await picture(3, 500, 333)).jpeg().toBuffer()
  const image = await direct(bytes, input)
  expect(image.isInput).toBe(true)
  expect(Buffer.from(image.rgb).equals(Buffer.from(await inSteps(bytes, input)))).toBe(true)
})

test.each(SIZES)('%ix%i by its short side is bit for bit the same both ways', async (width, height) => {
  const input = { ...INPUT, crop: 1, shortSide: 256 }
  const bytes = await (await picture(6, width, height)).jpeg().toBuffer()
  const image = await direct(bytes, input)
  expect(image.isInput).toBe(true)
  expect(image.rgb.length).toBe(224 * 224 * 3)
  expect(Buffer.from(image.rgb).equals(Buffer.from(await inSteps(bytes, input)))).toBe(true)
})

describe('what is not that plain goes the other way:', () => {
  let base: Sharp
  beforeAll(async () => {
    base = await picture(1, 300, 200)
  })
  const cases: [string, () => Promise<Buffer>][] = [
    ['a PNG', () => base.clone().png().toBuffer()],
    ['a WebP', () => base.clone().webp().toBuffer()],
    ['a grey JPEG', () => base.clone().greyscale().toColourspace('b-w').jpeg().toBuffer()],
    ['a CMYK JPEG', () => base.clone().toColourspace('cmyk').jpeg().toBuffer()],
    ['a JPEG with a profile', () => base.clone().withIccProfile('p3').jpeg().toBuffer()],
    ['a turned JPEG', () => base.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a large JPEG, which is decoded smaller', async () => (await picture(2, 2100, 2060)).jpeg().toBuffer()],
  ]
  test.each(cases)('%s', async (_, make) => {
    const bytes = await make()
    const image = await direct(bytes)
    expect(image.isInput).toBeUndefined()
    const whole = await decodeImage(bytes)
    expect(Buffer.from(image.rgb).equals(Buffer.from(whole.rgb))).toBe(true)
  })

  test('a filter of the model’s own', async () => {
    const bytes = await base.clone().jpeg().toBuffer()
    expect((await direct(bytes, { ...INPUT, resize: 'bilinear' })).isInput).toBeUndefined()
  })
})

test.each([0.5, 0.8, 0.97, 0.999])('cut to %d of its bytes it is refused, as ever', async (share) => {
  const bytes = await (await picture(4, 500, 333)).jpeg().toBuffer()
  const cut = bytes.subarray(0, Math.floor(bytes.length * share))
  await expect(direct(cut)).rejects.toMatchObject({ name: 'ImageRefused', code: 'damaged' })
})

test('an image that was shown to the model is decoded whole once somebody wants its pixels', async () => {
  const bytes = await (await picture(5, 500, 333)).jpeg().toBuffer()
  const entry = imageEntry(bytes)
  expect((await entry.shown(INPUT)).isInput).toBe(true)
  expect(await entry.decoded()).toMatchObject({ width: 500, height: 333 })
  expect((await entry.working()).width).toBe(256)
  const other = imageEntry(bytes)
  await other.decoded()
  expect((await other.shown(INPUT)).isInput).toBeUndefined()
})
