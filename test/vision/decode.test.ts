// What becomes RGB and how (alpha, grey, 16 bit, orientation), and what is refused: other formats, bombs, files cut short.

import { crc32 } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeImage } from '#vision/decode.ts'
import { noisyJpeg, plain } from './images.ts'

const pixel = (rgb: Uint8Array, at = 0) => [...rgb.subarray(at * 3, at * 3 + 3)]

// Decoding blocks the loaders of this process for ever, so what needs them is made before.
const files: Record<string, Uint8Array> = {}
beforeAll(async () => {
  files.gif = await plain().gif().toBuffer()
  files.tiff = await plain().tiff().toBuffer()
  files.svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  files.text = Buffer.from('not an image at all')
})

describe('decodeImage()', () => {
  test.each(['png', 'webp', 'jpeg'] as const)('gives 8-bit RGB of %s', async (format) => {
    const image = await decodeImage(await plain({ colour: '#c02040' }).flatten().toFormat(format).toBuffer())
    expect([image.width, image.height, image.rgb.length]).toEqual([40, 30, 40 * 30 * 3])
    pixel(image.rgb).forEach((value, c) => {
      expect(Math.abs(value - [0xc0, 0x20, 0x40][c]!)).toBeLessThanOrEqual(3)
    })
  })

  test('flattens alpha on white', async () => {
    const { rgb } = await decodeImage(await plain({ colour: '#ff000000' }).png().toBuffer())
    expect(pixel(rgb)).toEqual([255, 255, 255])
  })

  test('gives three channels of grey and of 16-bit images', async () => {
    for (const space of ['b-w', 'grey16', 'rgb16']) {
      const bytes = await plain({ colour: '#808080' }).flatten().toColourspace(space).png().toBuffer()
      const { rgb, width, height } = await decodeImage(bytes)
      expect(rgb.length).toBe(width * height * 3)
      expect(pixel(rgb).every((value) => Math.abs(value - 0x80) <= 1)).toBe(true)
    }
  })

  test('applies the EXIF orientation', async () => {
    const bytes = await plain({ width: 40, height: 30 })
      .flatten()
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer()
    expect(await decodeImage(bytes)).toMatchObject({ width: 30, height: 40 })
  })

  test.each(['gif', 'tiff', 'svg', 'text'])('refuses %s by its magic bytes', async (name) => {
    await expect(decodeImage(files[name]!)).rejects.toMatchObject({ code: 'unsupported-format' })
  })

  test('refuses nothing at all', async () => {
    await expect(decodeImage(new Uint8Array())).rejects.toMatchObject({ code: 'empty' })
  })

  test('refuses a gigapixel by its header, in words', async () => {
    await expect(decodeImage(await pngClaiming(60_000))).rejects.toMatchObject({
      code: 'too-many-pixels',
      message: 'Cannot decode image: is 60000x60000 pixels, expected at most 24000000 pixels',
    })
  })

  test.each([0.05, 0.5, 0.95])('refuses a JPEG cut at %d of its length', async (share) => {
    const whole = await noisyJpeg(64, 64)
    await decodeImage(whole)
    const cut = whole.subarray(0, Math.floor(whole.length * share))
    await expect(decodeImage(cut)).rejects.toMatchObject({ code: 'damaged' })
  })

  test('keeps what the decoder said as the cause, out of the message', async () => {
    const bytes = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(40)])
    const error = await decodeImage(bytes).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'damaged', cause: expect.any(Error) })
  })
})

/** A small PNG whose header says that it is `side` pixels square. */
async function pngClaiming(side: number): Promise<Uint8Array> {
  const png = Buffer.from(await plain().png().toBuffer())
  png.writeUInt32BE(side, 16)
  png.writeUInt32BE(side, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}
