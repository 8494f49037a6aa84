// What cameras, scanners and web pages make of JPEG, PNG and WebP beside the usual: each looks as what it was made of.

import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeImage } from '#vision/decode.ts'

const [WIDTH, HEIGHT] = [64, 48]

/** Smooth, so that JPEG keeps it; every channel differs from place to place. */
const rgb = Buffer.from(
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)]
    return [40 + 2 * x, 60 + 3 * y, 200 - x - y]
  }).flat(),
)
const scene = () => sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })

// Decoding blocks the other loaders of this process for ever, so what needs them is made before.
const files: Record<string, Buffer> = {}
beforeAll(async () => {
  files['baseline JPEG'] = await scene().jpeg({ quality: 95 }).toBuffer()
  files['progressive JPEG'] = await scene().jpeg({ quality: 95, progressive: true }).toBuffer()
  files['JPEG without subsampling'] = await scene()
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()
  files['interlaced PNG'] = await scene().png({ progressive: true }).toBuffer()
  files['16-bit PNG'] = await scene().toColourspace('rgb16').png().toBuffer()
  files['interlaced 16-bit PNG'] = await scene().toColourspace('rgb16').png({ progressive: true }).toBuffer()
  files['PNG with opaque alpha'] = await scene().ensureAlpha(1).png().toBuffer()
  files['lossless WebP'] = await scene().webp({ lossless: true }).toBuffer()
  files['lossy WebP'] = await scene().webp({ quality: 95 }).toBuffer()
  files['CMYK JPEG'] = await scene().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
  files.grey = await scene().greyscale().jpeg({ quality: 95 }).toBuffer()
  const other = Buffer.from(rgb.map((value) => 255 - value))
  files['animated WebP'] = await sharp(Buffer.concat([rgb, other]), {
    raw: { width: WIDTH, height: HEIGHT * 2, channels: 3, pageHeight: HEIGHT },
  })
    .webp({ lossless: true, loop: 0, delay: [100, 100] })
    .toBuffer()
})

/** Mean absolute difference from the scene. */
function distance(image: { rgb: Uint8Array }): number {
  return rgb.reduce((sum, value, i) => sum + Math.abs(value - image.rgb[i]!), 0) / rgb.length
}

describe('decodeImage()', () => {
  test.each([
    ['baseline JPEG', 3],
    ['progressive JPEG', 3],
    ['JPEG without subsampling', 3],
    ['interlaced PNG', 0],
    ['16-bit PNG', 1],
    ['interlaced 16-bit PNG', 1],
    ['PNG with opaque alpha', 0],
    ['lossless WebP', 0],
    ['lossy WebP', 3],
    // Ink covers fewer colours than light.
    ['CMYK JPEG', 12],
  ] as const)('sees what is in a %s', async (name, most) => {
    const image = await decodeImage(files[name]!)
    expect([image.width, image.height, image.rgb.length]).toEqual([WIDTH, HEIGHT, rgb.length])
    expect(distance(image)).toBeLessThanOrEqual(most)
  })

  test('sees the first frame of an animated WebP', async () => {
    const image = await decodeImage(files['animated WebP']!)
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT])
    expect(distance(image)).toBe(0)
  })

  test('gives a grey JPEG three equal channels', async () => {
    const { rgb: grey } = await decodeImage(files.grey!)
    for (let i = 0; i < grey.length; i += 3 * 97)
      expect([grey[i + 1], grey[i + 2]]).toEqual([grey[i], grey[i]])
  })
})
