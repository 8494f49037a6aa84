// The image by which a new generation is checked before it serves: a real encoded PNG, drawn here so that a
// device can check itself with no network and no file that could be missing.

import sharp from 'sharp'

const SIDE_PX = 64

export function healthImage(): Promise<Uint8Array> {
  const rgb = new Uint8Array(SIDE_PX * SIDE_PX * 3)
  for (let y = 0; y < SIDE_PX; y++)
    for (let x = 0; x < SIDE_PX; x++) {
      const isInside = (x - 32) ** 2 + (y - 32) ** 2 < 400
      rgb.set([isInside ? 220 : 2 * x, isInside ? 60 : 2 * y, 120], (y * SIDE_PX + x) * 3)
    }
  return sharp(rgb, { raw: { width: SIDE_PX, height: SIDE_PX, channels: 3 } })
    .png()
    .toBuffer()
}
