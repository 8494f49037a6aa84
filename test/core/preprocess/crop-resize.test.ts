// Cropping and scaling by hand-computed pixels: half-pixel centres, clamped ends, no antialiasing, channels apart.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cropResize } from '#core/preprocess/crop-resize.ts'

/** An image whose red, green and blue are all `value(x, y)`. */
function grey(width: number, height: number, value: (x: number, y: number) => number) {
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgb.fill(value(x, y), (y * width + x) * 3, (y * width + x) * 3 + 3)
  return { rgb, width, height }
}
const red = (rgb: Uint8Array) => [...rgb].filter((_, i) => i % 3 === 0)

describe('cropResize()', () => {
  it('leaves an image of the target size alone', () => {
    const image = { rgb: Uint8Array.from({ length: 36 }, (_, i) => i * 7), width: 4, height: 3 }
    expect(cropResize(image, { crop: 1, width: 4, height: 3 })).toEqual(image.rgb)
  })

  it.each([
    [
      'two pixels to four: half-pixel centres, clamped ends',
      2,
      1,
      { crop: 1, width: 4, height: 1 },
      [0, 20, 60, 80],
    ],
    [
      'four pixels to two: no antialiasing, the middle of each pair',
      4,
      1,
      { crop: 1, width: 2, height: 1 },
      [40, 200],
    ],
    ['the central half of four', 4, 1, { crop: 0.5, width: 2, height: 1 }, [80, 160]],
    ['a single pixel is stretched', 1, 1, { crop: 0.875, width: 2, height: 2 }, [0, 0, 0, 0]],
  ])('%s', (_, width, height, target, expected) => {
    expect(
      red(
        cropResize(
          grey(width, height, (x) => x * 80),
          target,
        ),
      ),
    ).toEqual(expected)
  })

  it('crops rows and columns alike and keeps channels apart', () => {
    const image = grey(8, 8, (x, y) => (x >= 2 && x < 6 && y >= 2 && y < 6 ? 200 : 0))
    image.rgb.forEach((value, i) => {
      if (i % 3 === 2) image.rgb[i] = value / 2
    })
    const out = cropResize(image, { crop: 0.5, width: 3, height: 3 })
    expect([...new Set(red(out))]).toEqual([200])
    expect([...out].filter((_, i) => i % 3 === 2).every((blue) => blue === 100)).toBe(true)
  })

  it('never leaves the range of the source', () => {
    const side = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (w, h, tw, th, crop) => {
          const out = cropResize(
            grey(w, h, (x, y) => 40 + ((x * 31 + y * 17) % 60)),
            { crop, width: tw, height: th },
          )
          expect(out.length).toBe(tw * th * 3)
          expect(out.every((value) => value >= 40 && value < 100)).toBe(true)
        },
      ),
    )
  })

  it('refuses bytes that are not the image', () => {
    expect(() =>
      cropResize({ rgb: new Uint8Array(5), width: 1, height: 2 }, { crop: 1, width: 1, height: 1 }),
    ).toThrow(/has 5 bytes, expected 6/)
  })
})
