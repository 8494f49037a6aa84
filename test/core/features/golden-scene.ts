// A scene of boxes and noise that is the same for ever: integers from a seeded generator, nothing else. The
// golden values of the features are those of this image.

import type { RgbImage } from '#core/preprocess/crop-resize.ts'
import { createRandom, randomInteger } from '#core/random.ts'
import { paint } from './paint.ts'

export function goldenScene(seed: number, width: number, height: number): RgbImage {
  const random = createRandom(seed)
  const below = (count: number) => randomInteger(random, count)
  const boxes = Array.from({ length: 12 }, () => {
    const w = 5 + below(width >> 1)
    const h = 5 + below(height >> 1)
    return {
      x: below(width - w),
      y: below(height - h),
      w,
      h,
      colour: [below(240), below(240), below(240)] as const,
    }
  })
  const image = paint({ width, height }, [70, 60, 50], ...boxes)
  return { ...image, rgb: image.rgb.map((value) => value + below(16)) }
}
