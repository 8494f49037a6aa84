// Images made on the spot.

import sharp from 'sharp'

export interface Plain {
  width?: number
  height?: number
  colour?: string
}

export function plain({ width = 40, height = 30, colour = '#ff0000' }: Plain = {}) {
  return sharp({ create: { width, height, channels: 4, background: colour } })
}

/** Noise compresses badly, so that cutting the file cuts pixels. */
export async function noisyJpeg(width: number, height: number): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer()
}
