// Damage that knows no format, or only where its parts begin: files that end early, flipped bits as bad memory and
// radio links leave them, overwritten, lost and doubled stretches, and noise behind a good beginning.

import { createRandom, randomInteger } from '#core/random.ts'
import type { Damage } from './damage.ts'
import { type Part, PNG_SIGNATURE, partsOf } from './parts.ts'
import type { WholeImage } from './whole-images.ts'

/** Within a part: pixels that are cut somewhere. */
const CUTS_INSIDE = 6

/** At every boundary between parts, one byte before and after it, and at some places inside of long parts. */
export function truncations({ name, format, bytes }: WholeImage): Damage[] {
  const ends = new Set<number>()
  for (const { start, end } of partsOf(format, bytes)) {
    for (const near of [start - 1, start, start + 1, end - 1]) ends.add(near)
    if (end - start > 64)
      for (let i = 1; i <= CUTS_INSIDE; i++)
        ends.add(start + Math.floor(((end - start) * i) / (CUTS_INSIDE + 1)))
  }
  return [...ends]
    .filter((end) => end > 0 && end < bytes.length)
    .sort((a, b) => a - b)
    .map((end) => ({
      kind: 'truncation',
      name: `${name}, cut at ${end} of ${bytes.length}`,
      make: () => bytes.subarray(0, end),
    }))
}

/** Headers are a small part of a file and do the most harm: every other flip is among them. */
const HEAD_BYTES = 128
const FLIPS_MAX = 8

export function bitFlips({ name, bytes }: WholeImage, seed: number, count: number): Damage[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'bit flips',
    name: `${name}, flips ${i}`,
    make() {
      const random = createRandom(seed, i)
      const copy = Buffer.from(bytes)
      const reach = i % 2 === 0 ? Math.min(HEAD_BYTES, copy.length) : copy.length
      for (let left = 1 + randomInteger(random, FLIPS_MAX); left > 0; left--)
        copy[randomInteger(random, reach)]! ^= 1 << randomInteger(random, 8)
      return copy
    },
  }))
}

const STRETCH_MAX = 40

export function overwritten({ name, bytes }: WholeImage, seed: number, count: number): Damage[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'overwritten bytes',
    name: `${name}, overwritten ${i}`,
    make() {
      const random = createRandom(seed, i)
      const at = randomInteger(random, bytes.length)
      const length = 1 + randomInteger(random, STRETCH_MAX)
      const stretch = bytes.subarray(at, at + length)
      const noise = Buffer.from(Array.from({ length }, () => randomInteger(random, 256)))
      const between = [Buffer.alloc(length), Buffer.alloc(length, 0xff), noise][i % 3]!
      const tail = bytes.subarray(at + length)
      const head = bytes.subarray(0, at)
      const middle = [[between], [], [stretch, stretch], [between, stretch]][Math.floor(i / 3) % 4]!
      return Buffer.concat([head, ...middle, tail])
    },
  }))
}

/** Parts that are lost, doubled, moved, or of another file. */
export function shuffledParts(image: WholeImage, other: WholeImage, seed: number, count: number): Damage[] {
  const parts = partsOf(image.format, image.bytes)
  const foreign = partsOf(other.format, other.bytes)
  const cut = (from: WholeImage, part: Part) => from.bytes.subarray(part.start, part.end)
  return Array.from({ length: count }, (_, i) => ({
    kind: 'shuffled parts',
    name: `${image.name}, parts ${i}`,
    make() {
      const random = createRandom(seed, i)
      const pieces = parts.map((part) => cut(image, part))
      const [a, b] = [randomInteger(random, pieces.length), randomInteger(random, pieces.length)]
      const stranger = cut(other, foreign[randomInteger(random, foreign.length)]!)
      if (i % 4 === 0) pieces.splice(a, 1)
      else if (i % 4 === 1) pieces.splice(a, 0, ...pieces.slice(b, b + 1 + randomInteger(random, 3)))
      else if (i % 4 === 2) pieces.splice(b, 0, ...pieces.splice(a, 1))
      else pieces.splice(a, i % 8 === 3 ? 1 : 0, stranger)
      return Buffer.concat(pieces)
    },
  }))
}

const BEGINNINGS: readonly [string, Buffer][] = [
  ['jpeg', Buffer.from([0xff, 0xd8, 0xff])],
  ['jfif', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
  ['png', PNG_SIGNATURE],
  ['png header', Buffer.concat([PNG_SIGNATURE, Buffer.from('0000000d49484452', 'hex')])],
  ['webp', Buffer.from('RIFF\x40\0\0\0WEBP', 'latin1')],
  ['vp8', Buffer.from('RIFF\x40\0\0\0WEBPVP8 \x34\0\0\0', 'latin1')],
  ['vp8l', Buffer.from('RIFF\x40\0\0\0WEBPVP8L\x34\0\0\0\x2f', 'latin1')],
  ['vp8x', Buffer.from('RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0', 'latin1')],
  ['nothing', Buffer.alloc(0)],
]

export function noise(seed: number, each: number): Damage[] {
  return BEGINNINGS.flatMap(([name, beginning], stream) =>
    Array.from(
      { length: each },
      (_, i): Damage => ({
        kind: 'noise',
        name: `${name}, then noise ${i}`,
        make() {
          const random = createRandom(seed + i, stream)
          // From nothing at all to a few kilobytes, most of them short.
          const length = Math.max(beginning.length > 0 ? 0 : 1, Math.floor(2 ** (random() * 12) - 1))
          const tail = Buffer.from(Array.from({ length }, () => randomInteger(random, 256)))
          return Buffer.concat([beginning, tail])
        },
      }),
    ),
  )
}
