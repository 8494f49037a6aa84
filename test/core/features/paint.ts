// Small painted images for the feature tests: a background and rectangles on it.

import { type LumaPlane, toLuma } from '#core/features/luma.ts'
import { geometryOf, Scratch } from '#core/features/scratch.ts'
import type { RgbImage } from '#core/preprocess/crop-resize.ts'

export type Colour = readonly [number, number, number]
export const BLACK: Colour = [0, 0, 0]
export const WHITE: Colour = [255, 255, 255]

export function paint(
  size: { width: number; height: number },
  background: Colour,
  ...boxes: { x: number; y: number; w: number; h: number; colour: Colour }[]
): RgbImage {
  const { width, height } = size
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb.set(background, i * 3)
  for (const box of boxes)
    for (let y = box.y; y < box.y + box.h; y++)
      for (let x = box.x; x < box.x + box.w; x++) rgb.set(box.colour, (y * width + x) * 3)
  return { rgb, width, height }
}

/** A white square of 10 pixels on 32 x 32 black. */
export const whiteSquare = paint({ width: 32, height: 32 }, BLACK, {
  x: 8,
  y: 12,
  w: 10,
  h: 10,
  colour: WHITE,
})

/** Every channel of every pixel drawn by lot. */
export function noise(width: number, height: number, random: () => number): RgbImage {
  return { rgb: Uint8Array.from({ length: width * height * 3 }, () => random() * 256), width, height }
}

/** A luma plane of these values, in memory of its own, so that several can be held. */
export function greyPlane(
  size: { width: number; height: number },
  value: (x: number, y: number) => number,
): LumaPlane {
  const { width, height } = size
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb.fill(value(i % width, Math.floor(i / width)), i * 3, i * 3 + 3)
  return toLuma({ rgb, width, height }, new Scratch(geometryOf(size)))
}
