// Small files that would take a decoder gigabytes or half a minute are refused by what their headers say, before anything
// decodes them.

import { beforeAll, expect, test } from 'vitest'
import { decodeImage } from '#vision/decode.ts'
import { webpFramesExceed } from '#vision/decoding/webp-frames.ts'
import type { Damage } from '../corpus/damage.ts'
import { damagedImages } from '../corpus/damaged-images.ts'
import { wholeImages } from '../corpus/whole-images.ts'

let bombs: Map<string, Damage>
beforeAll(async () => {
  bombs = new Map(damagedImages(await wholeImages(1), 1).map((damage) => [damage.name, damage]))
})

test.each([
  'png of 24000000x1, 24 bits, interlace 0, nearly empty',
  'png of 24000000x1, 24 bits, interlace 1, full',
  'png of 1x24000000, 24 bits, interlace 1, full',
  'animated webp of 30000 frames on 48',
  'animated webp of 30000 frames on 4898',
])('%s', async (name) => {
  const bytes = await bombs.get(name)!.make()
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'too-many-pixels' })
})

test('frames are counted, not believed', async () => {
  const bytes = await bombs.get('animated webp of 5000 frames on 48')!.make()
  expect([4_999, 5_000].map((max) => webpFramesExceed(bytes, max))).toEqual([true, false])
  const cut = bytes.subarray(0, bytes.length / 2)
  expect(webpFramesExceed(cut, 2_000)).toBe(true)
  expect(webpFramesExceed(cut, 4_000)).toBe(false)
})
