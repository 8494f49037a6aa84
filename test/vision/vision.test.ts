// An image is decoded, scaled and inferred once, however often it is asked for.

import { describe, expect, test } from 'vitest'
import { imageEntry } from '#vision/image-entry.ts'
import { createVision } from '#vision/vision.ts'
import { plain } from './images.ts'

const model = (calls: { count: number }) => ({
  name: 'counting',
  async classify(_: unknown, topK: number) {
    calls.count++
    return Array.from({ length: topK }, (_, index) => ({
      index,
      name: `class ${index}`,
      score: 1 / (index + 2),
    }))
  },
})

describe('createVision()', () => {
  test('infers an image once, whoever asks and for however many classes', async () => {
    const calls = { count: 0 }
    const vision = createVision({ model: model(calls) })
    const image = imageEntry(await plain().png().toBuffer())
    const [one, five] = await Promise.all([vision.infer(image, 1), vision.infer(image, 5)])
    expect(one.labels).toHaveLength(1)
    expect(five.labels).toHaveLength(5)
    expect(one).toMatchObject({ model: 'counting', ms: five.ms })
    await vision.infer(imageEntry(image.bytes), 1)
    expect(calls.count).toBe(2)
  })

  test('gives features in the order of the names', async () => {
    const vision = createVision({ model: model({ count: 0 }) })
    const image = imageEntry(await plain({ colour: '#808080', width: 20, height: 20 }).png().toBuffer())
    const one = await vision.features(image, ['hue1', 'contrast', 'avg_brightness'])
    const other = await vision.features(image, ['avg_brightness', 'hue1'])
    expect(one.values).toEqual([1, 0, 128])
    expect(other.values).toEqual([128, 1])
    expect(one.ms).toBeGreaterThan(0)
  })

  test('passes on that an image is refused', async () => {
    const vision = createVision({ model: model({ count: 0 }) })
    const image = imageEntry(Buffer.from('no image'))
    await expect(vision.infer(image, 1)).rejects.toMatchObject({ code: 'unsupported-format' })
    await expect(vision.features(image, ['hue1'])).rejects.toMatchObject({ code: 'unsupported-format' })
  })
})

describe('imageEntry()', () => {
  test('decodes and scales once', async () => {
    const image = imageEntry(await plain({ width: 300, height: 20 }).png().toBuffer())
    expect(image.decoded()).toBe(image.decoded())
    expect(image.working()).toBe(image.working())
    expect(await image.working()).toMatchObject({ width: 256, height: 17 })
  })
})
