// The working image is scaled down to its bound, by averages, and never up.

import { describe, expect, test } from 'vitest'
import { workingImage } from '#vision/working-image.ts'

const blank = (width: number, height: number, fill = 77) => ({
  rgb: new Uint8Array(width * height * 3).fill(fill),
  width,
  height,
})

describe('workingImage()', () => {
  test.each([
    [512, 384, 256, 192],
    [384, 512, 192, 256],
    [257, 1, 256, 1],
    [4000, 3, 256, 1],
  ])('scales %dx%d to %dx%d', async (width, height, toWidth, toHeight) => {
    const image = await workingImage(blank(width, height))
    expect([image.width, image.height, image.rgb.length]).toEqual([toWidth, toHeight, toWidth * toHeight * 3])
    expect(image.rgb.every((value) => value === 77)).toBe(true)
  })

  test('never enlarges', async () => {
    const small = blank(256, 100)
    expect(await workingImage(small)).toBe(small)
  })

  test('averages fine detail away instead of sampling it', async () => {
    const stripes = blank(1024, 64)
    for (let i = 0; i < stripes.rgb.length; i++) stripes.rgb[i] = Math.floor(i / 3) % 2 ? 255 : 0
    const { rgb } = await workingImage(stripes)
    expect(Math.max(...rgb) - Math.min(...rgb)).toBeLessThan(12)
  })
})
