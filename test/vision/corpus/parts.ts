// Image files as the parts that their formats consist of, to cut, swap and falsify them, and back. JPEG: ITU T.81
// annex B (a scan's data is one part); PNG: W3C PNG section 5; WebP: RFC 9649.

import { crc32 } from 'node:zlib'
import type { Format } from './whole-images.ts'

export interface Part {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** In the order of the file, without gaps; the format's own opening is the first. Needs a whole file. */
export function partsOf(format: Format, bytes: Buffer): Part[] {
  if (format === 'jpeg') return jpegParts(bytes)
  return format === 'png' ? pngParts(bytes) : webpParts(bytes)
}

export const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

function pngParts(bytes: Buffer): Part[] {
  const parts: Part[] = [{ type: 'signature', start: 0, end: 8 }]
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at)
    parts.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at, end })
    at = end
  }
  return parts
}

function webpParts(bytes: Buffer): Part[] {
  const parts: Part[] = [{ type: 'RIFF', start: 0, end: 12 }]
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4)
    const end = Math.min(bytes.length, at + 8 + size + (size & 1))
    parts.push({ type: bytes.toString('latin1', at, at + 4), start: at, end })
    at = end
  }
  return parts
}

function jpegParts(bytes: Buffer): Part[] {
  const parts: Part[] = [{ type: 'd8', start: 0, end: 2 }]
  for (let at = 2; at + 1 < bytes.length; ) {
    const marker = bytes[at + 1]!
    const end = marker === 0xd9 ? at + 2 : at + 2 + bytes.readUInt16BE(at + 2)
    parts.push({ type: marker.toString(16), start: at, end })
    at = end
    if (marker !== 0xda) continue
    // A scan goes on until a marker that is neither a stuffed zero nor a restart.
    while (at + 1 < bytes.length && (bytes[at] !== 0xff || /^(0|d[0-7])$/.test(bytes[at + 1]!.toString(16))))
      at++
    parts.push({ type: 'scan', start: end, end: at })
  }
  return parts
}

export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  return withPngCrc(chunk)
}

/** Whatever stands in it, its checksum is right afterwards. */
export function withPngCrc(chunk: Buffer): Buffer {
  chunk.writeUInt32BE(crc32(chunk.subarray(4, chunk.length - 4)), chunk.length - 4)
  return chunk
}

export const png = (...chunks: readonly Uint8Array[]): Buffer => Buffer.concat([PNG_SIGNATURE, ...chunks])

export interface PngHeader {
  readonly width: number
  readonly height: number
  readonly depth?: number
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colour?: number
  readonly interlace?: number
}

export function ihdr({ width, height, depth = 8, colour = 2, interlace = 0 }: PngHeader): Buffer {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, interlace])
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  return pngChunk('IHDR', data)
}

/** Marker and data, with the length in between. */
export function jpegSegment(marker: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

export function riffChunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.from(`${type}    `, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)])
}

export function webp(...chunks: readonly Uint8Array[]): Buffer {
  return riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]))
}

/** Flags: 2 animation, 4 XMP, 8 EXIF, 16 alpha, 32 profile. */
export function vp8x(width: number, height: number, flags = 0): Buffer {
  const data = Buffer.alloc(10)
  data[0] = flags
  data.writeUIntLE(width - 1, 4, 3)
  data.writeUIntLE(height - 1, 7, 3)
  return riffChunk('VP8X', data)
}

/** The file with one part replaced. */
export const replacePart = (bytes: Buffer, part: Part, by: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, part.start), by, bytes.subarray(part.end)])
