// What the corpus damages: small images of every kind that clients send, rendered here from a seed, none copied from
// anywhere. A few hundred bytes to a few kilobytes each, so that thousands of them are posted in a minute.

import sharp, { type Sharp } from 'sharp'
import { createRandom } from '#core/random.ts'

export type Format = 'jpeg' | 'png' | 'webp'

export interface WholeImage {
  readonly name: string
  readonly format: Format
  readonly bytes: Buffer
}

const WIDTH = 48
const HEIGHT = 40
const FRAMES = 3

const KINDS: readonly [string, Format, (picture: Picture) => Sharp][] = [
  ['baseline', 'jpeg', ({ rgb }) => rgb().jpeg({ quality: 80 })],
  ['progressive', 'jpeg', ({ rgb }) => rgb().jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
  ['grey', 'jpeg', ({ rgb }) => rgb().greyscale().jpeg()],
  ['cmyk', 'jpeg', ({ rgb }) => rgb().toColourspace('cmyk').jpeg()],
  [
    'turned, with a profile',
    'jpeg',
    ({ rgb }) => rgb().withIccProfile('p3').withMetadata({ orientation: 6 }).jpeg(),
  ],
  ['rgb', 'png', ({ rgb }) => rgb().png()],
  ['palette', 'png', ({ rgb }) => rgb().png({ palette: true, colours: 16 })],
  ['16 bit', 'png', ({ rgb }) => rgb().toColourspace('rgb16').png()],
  ['alpha, interlaced', 'png', ({ rgb }) => rgb().ensureAlpha(0.5).png({ progressive: true })],
  ['grey', 'png', ({ rgb }) => rgb().greyscale().png()],
  ['with a profile', 'png', ({ rgb }) => rgb().withIccProfile('p3').withMetadata().png()],
  ['lossy', 'webp', ({ rgb }) => rgb().webp({ quality: 70 })],
  ['lossless', 'webp', ({ rgb }) => rgb().webp({ lossless: true })],
  ['alpha', 'webp', ({ rgb }) => rgb().ensureAlpha(0.5).webp()],
  [
    'turned, with a profile',
    'webp',
    ({ rgb }) => rgb().withIccProfile('p3').withMetadata({ orientation: 8 }).webp(),
  ],
  ['animated', 'webp', ({ film }) => film().webp({ loop: 0, delay: Array(FRAMES).fill(40) })],
]

interface Picture {
  rgb(): Sharp
  film(): Sharp
}

export function wholeImages(seed: number): Promise<WholeImage[]> {
  return Promise.all(
    KINDS.map(async ([name, format, encode], i) => {
      const bytes = await encode(picture(createRandom(seed, i))).toBuffer()
      return { name: `${format} ${name}`, format, bytes }
    }),
  )
}

function picture(random: () => number): Picture {
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 as const }
  return {
    rgb: () => sharp(paint(random, HEIGHT), { raw }),
    film: () =>
      sharp(paint(random, HEIGHT * FRAMES), {
        raw: { ...raw, height: HEIGHT * FRAMES, pageHeight: HEIGHT },
      }),
  }
}

/** A slope of two colours, a disc and some grain: edges, areas and noise for the encoders. */
function paint(random: () => number, height: number): Buffer {
  const colour = () => [random() * 255, random() * 255, random() * 255]
  const [from, to, disc] = [colour(), colour(), colour()]
  const [cx, cy, radius] = [random() * WIDTH, random() * height, 6 + random() * 10]
  const pixels = Buffer.alloc(WIDTH * height * 3)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < 3; c++, i++) {
        const slope = from![c]! + ((to![c]! - from![c]!) * (x + y)) / (WIDTH + height)
        const base = Math.hypot(x - cx!, y - cy!) < radius! ? disc![c]! : slope
        pixels[i] = Math.max(0, Math.min(255, base + random() * 24 - 12))
      }
  return pixels
}
