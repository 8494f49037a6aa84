// Small files that ask for much: pixels by the billion, streams that inflate a thousandfold, thousands of scans,
// frames, chunks and tables. Those within the pixel cap are real images and may well be answered; what counts is that
// they cost a bounded time and memory.

import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import type { Damage } from './damage.ts'
import {
  ihdr,
  jpegSegment,
  type Part,
  partsOf,
  png,
  pngChunk,
  replacePart,
  riffChunk,
  vp8x,
  webp,
} from './parts.ts'
import type { WholeImage } from './whole-images.ts'

type Recipes = Record<string, () => Promise<Buffer> | Buffer>

const MB = 2 ** 20
const times = (count: number, part: Uint8Array) => Buffer.concat(Array.from({ length: count }, () => part))

export function bombs(images: readonly WholeImage[]): Damage[] {
  const named = (name: string) => images.find((image) => image.name === name)!
  const recipes = {
    ...pngBombs(named('png rgb')),
    ...jpegBombs(named('jpeg baseline'), named('jpeg progressive')),
    ...webpBombs(named('webp lossy'), named('webp animated')),
  }
  return Object.entries(recipes).map(([name, make]) => ({ kind: 'bomb', name, make }))
}

/** Just within 24 megapixels, and beyond: what is beyond needs no data, since nobody may look at it. */
const PNG_FULL = [
  [4_898, 4_898],
  [24_000, 1_000],
  [1, 24_000_000],
  [24_000_000, 1],
] as const
const PNG_OVER = [
  [4_900, 4_900],
  [65_500, 65_500],
  [65_501, 1],
  [1, 0x7fffffff],
  [0x7fffffff, 1],
  [0x7fffffff, 0x7fffffff],
] as const
const PIXELS = [
  { depth: 1, colour: 0, bits: 1 },
  { depth: 8, colour: 2, bits: 24 },
  { depth: 16, colour: 6, bits: 64 },
]

function pngBombs({ format, bytes }: WholeImage): Recipes {
  const recipes: Recipes = {}
  const end = pngChunk('IEND')
  const zeros = (size: number) => pngChunk('IDAT', deflateSync(Buffer.alloc(size)))
  for (const { bits, ...kind } of PIXELS)
    for (const interlace of [0, 1]) {
      for (const [width, height] of PNG_FULL)
        recipes[`png of ${width}x${height}, ${bits} bits, interlace ${interlace}, full`] = () =>
          png(
            ihdr({ width, height, ...kind, interlace }),
            zeros((1 + Math.ceil((width * bits) / 8)) * height),
            end,
          )
      for (const [width, height] of [...PNG_FULL, ...PNG_OVER])
        recipes[`png of ${width}x${height}, ${bits} bits, interlace ${interlace}, nearly empty`] = () =>
          png(ihdr({ width, height, ...kind, interlace }), zeros(100), end)
    }
  const [first] = partsOf(format, bytes).slice(1)
  const behindHeader = (chunks: Uint8Array) => replacePart(bytes, { ...first!, start: first!.end }, chunks)
  const inflating = (size: number) => deflateSync(Buffer.alloc(size))
  recipes['png whose data inflates to 128 MB'] = () =>
    png(ihdr({ width: 16, height: 16 }), zeros(128 * MB), end)
  for (const [type, head] of [
    ['iCCP', 'profile\0\0'],
    ['zTXt', 'Comment\0\0'],
    ['iTXt', 'Comment\0\x01\0\0\0'],
  ] as const)
    for (const count of [1, 50])
      recipes[`png with ${count} ${type} of 64 MB`] = () =>
        behindHeader(
          times(count, pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), inflating(64 * MB)]))),
        )
  for (const type of ['tEXt', 'IDAT', 'gAMA', 'PLTE', 'tRNS', 'xxXx', 'eXIf', 'IHDR'])
    for (const count of [1_000, 50_000])
      recipes[`png with ${count} small ${type}`] = () =>
        behindHeader(times(count, pngChunk(type, Buffer.from('k\0v'))))
  for (const count of [100, 5_000])
    recipes[`animated png of ${count} frames`] = () => behindHeader(frames(count))
  return recipes
}

/** acTL, then fcTL and fdAT in turn (PNG third edition, section 11.3.6). */
function frames(count: number): Buffer {
  const control = Buffer.alloc(8)
  control.writeUInt32BE(count, 0)
  const data = deflateSync(Buffer.alloc(49 * 16))
  const parts = [pngChunk('acTL', control)]
  for (let i = 0, sequence = 0; i < count; i++) {
    const frame = Buffer.alloc(26)
    frame.writeUInt32BE(sequence++, 0)
    frame.writeUInt32BE(16, 4)
    frame.writeUInt32BE(16, 8)
    const number = Buffer.alloc(4)
    number.writeUInt32BE(sequence++, 0)
    parts.push(pngChunk('fcTL', frame), pngChunk('fdAT', Buffer.concat([number, data])))
  }
  return Buffer.concat(parts)
}

const JPEG_SIZES = [
  [4_898, 4_898],
  [65_500, 366],
  [4_900, 4_900],
  [65_500, 65_500],
  [65_535, 65_535],
  [65_535, 1],
  [1, 65_535],
] as const
const FILLER_MARKERS = {
  comment: 0xfe,
  exif: 0xe1,
  profile: 0xe2,
  adobe: 0xee,
  quantisation: 0xdb,
  huffman: 0xc4,
  restart: 0xdd,
}

function jpegBombs(baseline: WholeImage, progressive: WholeImage): Recipes {
  const recipes: Recipes = {}
  for (const { name, format, bytes } of [baseline, progressive]) {
    const parts = partsOf(format, bytes)
    const frame = parts.find(({ type }) => /^c[02]$/.test(type))!
    const afterStart = (extra: Uint8Array) => replacePart(bytes, { type: '', start: 2, end: 2 }, extra)
    for (const [width, height] of JPEG_SIZES)
      recipes[`${name} of ${width}x${height}`] = () => resized(bytes, frame, width, height)
    for (const [filler, marker] of Object.entries(FILLER_MARKERS))
      for (const count of [300, 20_000])
        recipes[`${name} with ${count} ${filler} segments`] = () =>
          afterStart(times(count, jpegSegment(marker, Buffer.alloc(16, 1))))
    recipes[`${name} with 4 MB of fill bytes`] = () => afterStart(Buffer.alloc(4 * MB, 0xff))
    recipes[`${name} begun 100000 times`] = () => afterStart(times(100_000, Buffer.from([0xff, 0xd8])))
    recipes[`${name} with 8 MB behind its end`] = () => Buffer.concat([bytes, Buffer.alloc(8 * MB, 0x55)])
    recipes[`${name} with a million restarts`] = () =>
      replacePart(
        bytes,
        { type: '', start: frame.end, end: frame.end },
        times(1e6, Buffer.from([0xff, 0xd0])),
      )
    // Each scan costs a pass over all coefficients, however little data it brings.
    const scan = parts.findLastIndex(({ type }) => type === 'da')
    const again = bytes.subarray(parts[scan]!.start, parts[scan + 1]!.end)
    for (const count of [90, 500, 5_000])
      for (const side of [48, 2_000, 4_890])
        recipes[`${name} of ${side}x${side} with ${count} scans`] = () => {
          const end: Part = { type: 'end', start: parts[scan + 1]!.end, end: parts[scan + 1]!.end }
          return resized(replacePart(bytes, end, times(count, again)), frame, side, side)
        }
    for (const [exif, data] of Object.entries(EXIF))
      recipes[`${name} with exif: ${exif}`] = () =>
        afterStart(jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), data])))
    for (const chunks of [1, 60, 255])
      recipes[`${name} with a profile in ${chunks} pieces of zeros`] = () =>
        afterStart(
          Buffer.concat(
            Array.from({ length: chunks }, (_, i) => jpegSegment(0xe2, profilePiece(i + 1, chunks))),
          ),
        )
  }
  return recipes
}

function resized(bytes: Buffer, frame: Part, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(height, frame.start + 5)
  copy.writeUInt16BE(width, frame.start + 7)
  return copy
}

const profilePiece = (number: number, of: number): Buffer =>
  Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, of]), Buffer.alloc(60_000)])

/** TIFF 6.0 section 2: 12 bytes an entry, then the offset of the next directory. */
function directory(count: number, entry: string, next: string): Buffer {
  const head = Buffer.from('49492a0008000000', 'hex')
  const size = Buffer.alloc(2)
  size.writeUInt16LE(count)
  return Buffer.concat([
    head,
    size,
    times(Math.min(count, 5_000), Buffer.from(entry, 'hex')),
    Buffer.from(next, 'hex'),
  ])
}

const EXIF: Record<string, Buffer> = {
  'a directory that follows itself': directory(1, '120103000100000006000000', '08000000'),
  'a sub-directory that is its parent': directory(1, '698704000100000008000000', '00000000'),
  '5000 entries': directory(5_000, '120103000100000006000000', '00000000'),
  '65535 entries said': directory(65_535, '120103000100000006000000', '00000000'),
  'a string of 4 GB': directory(1, '0e010200ffffffff00000000', '00000000'),
  'offsets beyond its end': directory(3, '0e01020000010000ffffff7f', 'ffffff7f'),
  'orientation 200': directory(1, '1201030001000000c8000000', '00000000'),
  'orientation of a million values': directory(1, '1201030040420f0006000000', '00000000'),
  'nothing behind its order': Buffer.from('II*\0'),
  'a thumbnail of 4 GB': directory(2, '0102040001000000ffffffff', '08000000'),
}

function webpBombs(lossy: WholeImage, animated: WholeImage): Recipes {
  const recipes: Recipes = {}
  const still = lossy.bytes.subarray(12)
  const solid = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#808080' } })
      .webp({ lossless: true, effort: 0 })
      .toBuffer()
  for (const [width, height] of [
    [4_898, 4_898],
    [16_383, 1_464],
    [1, 16_383],
    [10_000, 2_401],
  ] as const)
    recipes[`webp of ${width}x${height}, one colour`] = () => solid(width, height)
  for (const side of [4_898, 16_383, 16_384, 65_535, 0x1000000])
    for (const flags of [0, 2, 16])
      recipes[`webp in a canvas of ${side}, flags ${flags}`] = () => webp(vp8x(side, side, flags), still)
  const [frame] = partsOf('webp', animated.bytes).filter(({ type }) => type === 'ANMF')
  const moving = animated.bytes.subarray(frame!.start, frame!.end)
  const loop = riffChunk('ANIM', Buffer.alloc(6))
  for (const count of [100, 5_000, 30_000])
    for (const side of [48, 4_898, 16_383])
      if (count * moving.length < 15 * MB)
        recipes[`animated webp of ${count} frames on ${side}`] = () =>
          webp(vp8x(side, side, 2), loop, times(count, moving))
  for (const [type, flags] of [
    ['ICCP', 32],
    ['EXIF', 8],
    ['XMP ', 4],
    ['ALPH', 16],
  ] as const)
    for (const size of [1, 100, MB, 12 * MB])
      recipes[`webp with ${size} zeros as ${type}`] = () =>
        webp(vp8x(48, 40, flags), riffChunk(type, Buffer.alloc(size)), still)
  for (const count of [1_000, 100_000])
    recipes[`webp with ${count} unknown chunks`] = () =>
      webp(vp8x(48, 40), times(count, riffChunk('XXXX', Buffer.alloc(2))), still)
  return recipes
}
