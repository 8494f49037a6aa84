// The image by which a new generation is checked before it serves: a real encoded PNG, drawn here so that a
// device can check itself with no network and no file that could be missing. Encoded by hand (PNG, third edition,
// section 11): a worker that serves has no image library in its process, and needs none for this.

import { crc32, deflateSync } from 'node:zlib'

const SIDE_PX = 64
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Bit depth, colour type (RGB), compression, filter method, interlace. */
const RGB_8 = [8, 2, 0, 0, 0]

export function healthImage(): Uint8Array {
  // Each row begins with its filter: none.
  const rowBytes = 1 + SIDE_PX * 3
  const rows = Buffer.alloc(SIDE_PX * rowBytes)
  for (let y = 0; y < SIDE_PX; y++)
    for (let x = 0; x < SIDE_PX; x++) {
      const isInside = (x - 32) ** 2 + (y - 32) ** 2 < 400
      rows.set([isInside ? 220 : 2 * x, isInside ? 60 : 2 * y, 120], y * rowBytes + 1 + x * 3)
    }
  const head = Buffer.alloc(8)
  head.writeUInt32BE(SIDE_PX, 0)
  head.writeUInt32BE(SIDE_PX, 4)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.concat([head, Buffer.from(RGB_8)])),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, sum])
}
