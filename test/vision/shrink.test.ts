// Large images are decoded smaller: when, how far, and that nothing else changes.

import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ModelInput } from '#contract/model.ts'
import { decodeImage } from '#vision/decode.ts'
import { imageEntry } from '#vision/image-entry.ts'
import { shortSideFor, shrinkFor } from '#vision/shrink-on-load.ts'

/** A gradient both ways with a mark in one corner: where up and left are can be read from it. */
async function scene(width: number, height: number): Promise<Buffer> {
  const rgb = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isMark = x < width / 4 && y < height / 4
      const pixel = isMark ? [250, 20, 20] : [0, (200 * x) / width, (200 * y) / height]
      rgb.set(pixel.map(Math.round), (y * width + x) * 3)
    }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

const INPUT = { width: 224, height: 224, crop: 0.875 } as ModelInput

describe('shrinkFor()', () => {
  test.each([
    [1023, 4000, 512, 1],
    [1024, 1024, 512, 2],
    [4032, 3024, 512, 4],
    [4096, 4096, 512, 8],
    [20_000, 600, 512, 1],
    // Every reader has at least the common scale; who needs more gets more.
    [4032, 3024, 100, 4],
    [4032, 3024, 800, 2],
    [4032, 3024, 2000, 1],
  ])('of %d x %d for a short side of %d is %d', (width, height, needed, shrink) => {
    expect(shrinkFor({ width, height }, needed)).toBe(shrink)
  })
})

describe('shortSideFor()', () => {
  test.each([
    [undefined, 256],
    [{ x: 0, y: 0, width: 1, height: 1 }, 224],
    [{ x: 0.5, y: 0.5, width: 0.25, height: 0.5 }, 896],
  ])('a view of %o needs %d px', (view, needed) => {
    expect(shortSideFor(INPUT, view)).toBe(needed)
  })
})

describe('decodeImage() of a large image', () => {
  let large: Buffer
  beforeAll(async () => {
    large = await scene(2100, 1400)
  })

  test.each(['jpeg', 'webp'] as const)(
    'halves a %s, which then looks as if it had been averaged',
    async (format) => {
      const bytes = await sharp(large).toFormat(format, { quality: 95 }).toBuffer()
      const image = await decodeImage(bytes)
      expect(image).toMatchObject({ width: 1050, height: 700, whole: { width: 2100, height: 1400 } })
      const whole = await sharp(bytes).removeAlpha().raw().toBuffer()
      let worst = 0
      for (let y = 8; y < 692; y += 9)
        for (let x = 8; x < 1042; x += 9)
          for (let c = 0; c < 3; c++) {
            const at = (dx: number, dy: number) => whole[((2 * y + dy) * 2100 + 2 * x + dx) * 3 + c]!
            const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4
            const isEdge = Math.abs(at(0, 0) - at(1, 1)) > 8
            if (!isEdge) worst = Math.max(worst, Math.abs(mean - image.rgb[(y * 1050 + x) * 3 + c]!))
          }
      expect(worst).toBeLessThanOrEqual(12)
    },
  )

  test('leaves a PNG as large as it is', async () => {
    const image = await decodeImage(large)
    expect(image).toMatchObject({ width: 2100, height: 1400 })
    expect(image.whole).toBeUndefined()
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'keeps EXIF orientation %d as a small image does',
    async (orientation) => {
      const oriented = (png: Buffer) =>
        sharp(png).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer()
      const [small, shrunk] = [
        await decodeImage(await oriented(await scene(210, 140))),
        await decodeImage(await oriented(large)),
      ]
      const isTurned = orientation > 4
      expect([small.width, small.height]).toEqual(isTurned ? [140, 210] : [210, 140])
      expect(shrunk).toMatchObject({ width: small.width * 5, height: small.height * 5 })
      expect(shrunk.whole).toEqual(isTurned ? { width: 1400, height: 2100 } : { width: 2100, height: 1400 })
      for (const [fx, fy] of [
        [0.1, 0.1],
        [0.9, 0.1],
        [0.1, 0.9],
        [0.9, 0.9],
        [0.5, 0.5],
      ] as const)
        colourAt(shrunk, fx, fy).forEach((value, c) => {
          expect(Math.abs(value - colourAt(small, fx, fy)[c]!)).toBeLessThanOrEqual(14)
        })
    },
  )
})

describe('imageEntry()', () => {
  test('decodes again for a reader that needs more, and features never see it', async () => {
    const bytes = await sharp(await scene(2100, 1400))
      .jpeg()
      .toBuffer()
    const image = imageEntry(bytes)
    const [more, again] = await Promise.all([image.decoded(1000), image.decoded(1100)])
    expect(more).toMatchObject({ width: 2100, height: 1400 })
    expect(again).toBe(more)
    expect(await image.decoded()).toMatchObject({ width: 1050 })
    const fresh = await imageEntry(bytes).working()
    expect(Buffer.from((await image.working()).rgb).equals(Buffer.from(fresh.rgb))).toBe(true)
  })
})

function colourAt(
  image: { rgb: Uint8Array; width: number; height: number },
  fx: number,
  fy: number,
): number[] {
  const at = (Math.floor(fy * image.height) * image.width + Math.floor(fx * image.width)) * 3
  return [...image.rgb.subarray(at, at + 3)]
}
