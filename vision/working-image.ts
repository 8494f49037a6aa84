// The image that the features are computed on: long side 256 px, never enlarged. The triangle kernel is
// area-like (libvips shrinks by boxes first, then widens the kernel by the scale) and cannot ring, so it adds
// no edges that the scene does not have. Golden vectors of the features start after this step.

import sharp from 'sharp'
import type { DecodedImage } from './decode.ts'

const LONG_SIDE_PX = 256

export async function workingImage(image: DecodedImage): Promise<DecodedImage> {
  const scale = LONG_SIDE_PX / Math.max(image.width, image.height)
  if (scale >= 1) return image
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  const rgb = await sharp(image.rgb, { raw })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer()
  return { rgb, width, height }
}
