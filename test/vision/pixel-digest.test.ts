// A digest of pixels is one of size and colour alone, not of the file that held them.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '#vision/decode.ts'
import { pixelDigest } from '#vision/pixel-digest.ts'
import { workingImage } from '#vision/working-image.ts'
import { plain } from './images.ts'

const digestOf = async (file: Buffer) => pixelDigest(await workingImage(await decodeImage(file)))

describe('pixelDigest()', () => {
  test('is over width and height, big-endian, then RGB', () => {
    const image = { width: 258, height: 1, rgb: Uint8Array.from({ length: 258 * 3 }, (_, i) => i % 251) }
    const bytes = Buffer.concat([Buffer.from([0, 0, 1, 2, 0, 0, 0, 1]), image.rgb])
    expect(pixelDigest(image)).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  })

  test('tells the same pixels in another shape apart', () => {
    const rgb = new Uint8Array(24)
    expect(pixelDigest({ width: 4, height: 2, rgb })).not.toBe(pixelDigest({ width: 2, height: 4, rgb }))
  })

  test('is the same for files that differ in format and metadata alone', async () => {
    const image = plain({ width: 300, height: 200, colour: '#3366cc' })
    const files = [
      await image.clone().png().toBuffer(),
      await image
        .clone()
        .withExif({ IFD0: { Artist: 'somebody' } })
        .png({ compressionLevel: 0 })
        .toBuffer(),
      await image.clone().webp({ lossless: true }).toBuffer(),
    ]
    expect(new Set(files.map((file) => file.toString('latin1'))).size).toBe(3)
    expect(new Set(await Promise.all(files.map(digestOf))).size).toBe(1)
    const other = await plain({ width: 300, height: 200, colour: '#3366cd' }).png().toBuffer()
    expect(await digestOf(other)).not.toBe(await digestOf(files[0]!))
  })
})
