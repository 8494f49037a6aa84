// Twenty images that are the same for ever: whole numbers from formulas and one seeded generator, nothing else.
// Each is there for what it may break: tiny and degenerate sizes, ties, lines of every angle, text, saturated
// hues, flattened alpha, texture. Their feature values are kept in golden/.

import type { RgbImage } from '#core/preprocess/crop-resize.ts'
import { createRandom, randomInteger } from '#core/random.ts'
import { goldenScene } from './golden-scene.ts'
import { type Colour, noise } from './paint.ts'

export const GOLDEN_IMAGES: Record<string, () => RgbImage> = {
  'one pixel': () => draw(1, 1, () => [12, 200, 90]),
  'a column of 1x9': () => draw(1, 9, (_, y) => [y * 28, 255 - y * 28, 40]),
  'a row of 11x1': () => draw(11, 1, (x) => [x * 23, 30, 255 - x * 23]),
  'noise of 6x6, too small for corners': () => noise(6, 6, createRandom(6)),
  'a dot in 7x7, the smallest with a corner': () => draw(7, 7, (x, y) => (x === 3 && y === 3 ? WHITE : INK)),
  'blank white': () => draw(40, 30, () => WHITE),
  'one colour': () => draw(33, 21, () => [200, 30, 99]),
  'grey steps': () => draw(80, 45, (x) => grey(16 * Math.floor(x / 5))),
  'a slanted gradient': () => draw(120, 90, (x, y) => [x + y, 2 * x, 255 - 2 * y]),
  'noise of colour': () => noise(64, 48, createRandom(64)),
  'noise of grey': () => greyNoise(77, 51, 9),
  checkerboard: () => draw(64, 64, (x, y) => (((x >> 3) + (y >> 3)) % 2 === 0 ? WHITE : INK)),
  'a chequer of single pixels': () => draw(31, 17, (x, y) => ((x + y) % 2 === 0 ? grey(180) : grey(70))),
  'saturated hues': () => draw(252, 40, (x, y) => hueWheel(x * 6 + (y >> 2))),
  'thin lines of all angles': () => star(129),
  'strokes like text': () => text(200, 60),
  'discs with flattened alpha': () => discs(96, 72),
  'boxes under noise': () => goldenScene(20, 256, 171),
  'boxes under noise, upright': () => goldenScene(21, 143, 256),
  'rings that touch': () => rings(101, 67),
}

const WHITE: Colour = [255, 255, 255]
const INK: Colour = [17, 20, 24]
const grey = (v: number): Colour => [v, v, v]

function draw(width: number, height: number, colour: (x: number, y: number) => Colour): RgbImage {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb.set(colour(i % width, Math.floor(i / width)), i * 3)
  return { rgb, width, height }
}

function greyNoise(width: number, height: number, seed: number): RgbImage {
  const random = createRandom(seed)
  return draw(width, height, () => grey(randomInteger(random, 256)))
}

/** Full saturation, at 1530 steps around. */
function hueWheel(step: number): Colour {
  const at = step % 1530
  const up = at % 255
  const down = 255 - up
  const sectors: Colour[] = [
    [255, up, 0],
    [down, 255, 0],
    [0, 255, up],
    [0, down, 255],
    [up, 0, 255],
    [255, 0, down],
  ]
  return sectors[Math.floor(at / 255)]!
}

/** Spokes a pixel wide from the centre to every fifth pixel of the border. */
function star(side: number): RgbImage {
  const image = draw(side, side, () => WHITE)
  const middle = side >> 1
  for (let i = 0; i < side; i += 5)
    for (const [x, y] of [
      [i, 0],
      [i, side - 1],
      [0, i],
      [side - 1, i],
    ] as const) {
      const steps = Math.max(Math.abs(x - middle), Math.abs(y - middle))
      for (let s = steps >> 2; s <= steps; s++) {
        const px = middle + Math.round(((x - middle) * s) / steps)
        const py = middle + Math.round(((y - middle) * s) / steps)
        image.rgb.set(INK, (py * side + px) * 3)
      }
    }
  return image
}

/** Rows of glyphs on a 5x7 grid, whose dots are drawn by lot. */
function text(width: number, height: number): RgbImage {
  const random = createRandom(57)
  const dots = Uint8Array.from({ length: (width + 6) * (height + 10) }, () => randomInteger(random, 2))
  return draw(width, height, (x, y) => {
    const isGap = x % 6 === 5 || y % 10 > 6
    // Two dots in a row make a stroke.
    const glyph = Math.floor(y / 10) * width + Math.floor(x / 6) * 6
    return !isGap && dots[glyph + ((x % 6) >> 1) + 3 * ((y % 10) >> 1)] === 1 ? INK : [244, 240, 230]
  })
}

/** Discs of falling opacity on white, flattened. */
function discs(width: number, height: number): RgbImage {
  return draw(width, height, (x, y) => {
    const disc = Math.floor(x / 24)
    const isInside = (x - disc * 24 - 12) ** 2 + (y - 20 - disc * 10) ** 2 < 110
    const alpha = isInside ? 255 - disc * 70 : 0
    return [230, 40, 10 + 60 * disc].map((v) => Math.round((v * alpha + 255 * (255 - alpha)) / 255)) as [
      number,
      number,
      number,
    ]
  })
}

function rings(width: number, height: number): RgbImage {
  return draw(width, height, (x, y) => {
    const distance = (x - 30) ** 2 + (y - 33) ** 2
    const other = (x - 68) ** 2 + (y - 33) ** 2
    if (distance > 300 && distance < 440) return [220, 180, 40]
    return other > 200 && other < 360 ? [40, 190, 220] : [20, 10, 60]
  })
}
