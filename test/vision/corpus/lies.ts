// Headers that lie: every length, size, kind and checksum of a file in turn says something else, while the rest
// stays as it was. PNG headers lie with a right checksum, or decoders would stop at that.

import type { Damage } from './damage.ts'
import { type Part, partsOf, vp8x, webp, withPngCrc } from './parts.ts'
import type { WholeImage } from './whole-images.ts'

interface Lie {
  readonly name: string
  readonly bytes: Buffer
}

export function lies(image: WholeImage): Damage[] {
  const parts = partsOf(image.format, image.bytes)
  const told = { jpeg: jpegLies, png: pngLies, webp: webpLies }[image.format](image.bytes, parts)
  const names = new Map<string, number>()
  return told.map(({ name, bytes }) => {
    const times = (names.get(name) ?? 0) + 1
    names.set(name, times)
    const twin = times > 1 ? ` (${times})` : ''
    return { kind: 'lying header', name: `${image.name}, ${name}${twin}`, make: () => bytes }
  })
}

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

function jpegLies(bytes: Buffer, parts: readonly Part[]): Lie[] {
  const found: Lie[] = []
  const lie = (name: string, change: (copy: Buffer) => void) =>
    found.push({ name, bytes: changed(bytes, change) })
  for (const { type, start, end } of parts) {
    if (type === 'd8' || type === 'd9' || type === 'scan') continue
    const length = end - start - 2
    for (const said of [0, 1, 2, length - 1, length + 1, 0x7fff, 0xffff])
      lie(`length of ${type} is ${said}`, (copy) => copy.writeUInt16BE(said & 0xffff, start + 2))
    for (const marker of [0xc1, 0xc3, 0xc9, 0xcb, 0xd0, 0xd9, 0xda, 0xfe])
      lie(`${type} is ${marker.toString(16)}`, (copy) => copy.writeUInt8(marker, start + 1))
    if (/^c[02]$/.test(type)) {
      for (const side of [0, 1, 24_000, 65_500, 65_535]) {
        lie(`height ${side}`, (copy) => copy.writeUInt16BE(side, start + 5))
        lie(`width ${side}`, (copy) => copy.writeUInt16BE(side, start + 7))
        lie(`both sides ${side}`, (copy) => copy.writeUInt32BE(side * 65_536 + side, start + 5))
      }
      for (const bits of [0, 1, 12, 16, 255]) lie(`${bits} bit`, (copy) => copy.writeUInt8(bits, start + 4))
      for (const n of [0, 1, 2, 4, 5, 255]) lie(`${n} components`, (copy) => copy.writeUInt8(n, start + 9))
      for (const factor of [0x00, 0x14, 0x41, 0x44, 0xff])
        lie(`sampling ${factor}`, (copy) => copy.writeUInt8(factor, start + 11))
    }
    // Table numbers, component counts and spectral ranges stand here.
    for (const value of [0, 0x1f, 0xff])
      lie(`${type} begins with ${value}`, (copy) => copy.fill(value, start + 4, start + 6))
    lie(`${type} is all ones`, (copy) => copy.fill(0xff, start + 4, end))
  }
  return found
}

const PNG_SIDES = [0, 1, 2, 24_000_001, 65_500, 0x7fffffff, 0x80000000, 0xffffffff]

function pngLies(bytes: Buffer, parts: readonly Part[]): Lie[] {
  const found: Lie[] = []
  const lie = (name: string, change: (copy: Buffer) => void) =>
    found.push({ name, bytes: changed(bytes, change) })
  for (const { type, start, end } of parts) {
    if (type === 'signature') continue
    const length = end - start - 12
    for (const said of [0, 1, Math.max(0, length - 1), length + 1, length + 12, 0x7fffffff, 0xffffffff])
      lie(`length of ${type} is ${said}`, (copy) => copy.writeUInt32BE(said, start))
    for (const sum of [0, 0xffffffff])
      lie(`checksum of ${type} is ${sum}`, (copy) => copy.writeUInt32BE(sum, end - 4))
    for (const name of ['IDAT', 'IEND', 'PLTE', 'acTL', '\0\0\0\0', 'xxxx'])
      lie(`${type} is ${name.replaceAll('\0', '0')}`, (copy) => {
        copy.write(name, start + 4, 'latin1')
        withPngCrc(copy.subarray(start, end))
      })
    if (type !== 'IHDR') continue
    const header = (name: string, at: number, write: (copy: Buffer, at: number) => void) =>
      lie(name, (copy) => {
        write(copy, start + 8 + at)
        withPngCrc(copy.subarray(start, end))
      })
    for (const side of PNG_SIDES) {
      header(`width ${side}`, 0, (copy, at) => copy.writeUInt32BE(side, at))
      header(`height ${side}`, 4, (copy, at) => copy.writeUInt32BE(side, at))
    }
    for (const depth of [0, 1, 2, 3, 4, 16, 255])
      header(`${depth} bit`, 8, (copy, at) => copy.writeUInt8(depth, at))
    for (const kind of [0, 1, 2, 3, 4, 6, 7, 255])
      header(`colour type ${kind}`, 9, (copy, at) => copy.writeUInt8(kind, at))
    for (const field of [10, 11, 12])
      for (const value of [0, 1, 2, 255])
        header(`field ${field} is ${value}`, field, (copy, at) => copy.writeUInt8(value, at))
  }
  return found
}

const CANVASES = [1, 2, 24_001, 16_384, 65_500, 0x1000000]

function webpLies(bytes: Buffer, parts: readonly Part[]): Lie[] {
  const found: Lie[] = []
  const lie = (name: string, change: (copy: Buffer) => void) =>
    found.push({ name, bytes: changed(bytes, change) })
  const sizes = (length: number) => [
    0,
    1,
    length - 1,
    length + 1,
    length + 2,
    0x7fffffff,
    0xfffffffe,
    0xffffffff,
  ]
  for (const { type, start, end } of parts) {
    const length = bytes.readUInt32LE(start + 4)
    for (const said of sizes(length))
      lie(`length of ${type} is ${said}`, (copy) => copy.writeUInt32LE(said >>> 0, start + 4))
    if (type === 'RIFF') continue
    for (const name of ['VP8 ', 'VP8L', 'VP8X', 'ANMF', 'ALPH', 'ICCP', 'XXXX'])
      lie(`${type} is ${name}`, (copy) => copy.write(name, start, 'latin1'))
    for (const value of [0, 0x55, 0xff])
      lie(`${type} begins with ${value}`, (copy) => copy.fill(value, start + 8, Math.min(end, start + 18)))
    if (type === 'VP8X') {
      for (let flags = 0; flags < 64; flags += 2)
        lie(`flags ${flags}`, (copy) => copy.writeUInt8(flags, start + 8))
      for (const side of CANVASES) {
        lie(`canvas width ${side}`, (copy) => copy.writeUIntLE(side - 1, start + 12, 3))
        lie(`canvas height ${side}`, (copy) => copy.writeUIntLE(side - 1, start + 15, 3))
      }
    }
    // RFC 6386 section 9.1: 14 bits each, behind a frame tag and a start code.
    if (type === 'VP8 ')
      for (const side of [0, 1, 47, 49, 16_383]) {
        lie(`frame width ${side}`, (copy) => copy.writeUInt16LE(side, start + 14))
        lie(`frame height ${side}`, (copy) => copy.writeUInt16LE(side, start + 16))
      }
    if (type === 'VP8L')
      for (const side of [0, 1, 46, 16_383])
        lie(`lossless ${side}`, (copy) => copy.writeUInt32LE((side * 16_384 + side) >>> 0, start + 9))
  }
  // A canvas around what has none.
  if (parts[1]!.type !== 'VP8X')
    for (const side of CANVASES)
      for (const flags of [0, 2, 16]) {
        const wrapped = webp(vp8x(side, side, flags), bytes.subarray(12))
        found.push({ name: `in a canvas of ${side}, flags ${flags}`, bytes: wrapped })
      }
  return found
}
