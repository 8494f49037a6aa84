// Bytes that are not what they say, made on the spot.

import { crc32 } from 'node:zlib'
import { noisyJpeg, plain } from '#test/vision/images.ts'

export const redPng = (): Promise<Buffer> => plain({ colour: '#ff0000' }).png().toBuffer()

export async function truncatedJpeg(): Promise<Buffer> {
  const whole = await noisyJpeg(64, 64)
  return whole.subarray(0, whole.length / 2)
}

/** A header that is right in every way, checksum and all, and promises more pixels than any device can hold. */
export function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.alloc(16)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
