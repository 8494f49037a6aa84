// One name for what an image looks like, whatever file it came in: the digest of its pixels. Two files with the same
// pixels in a data set would put the same image on both sides of a fold; by this digest that is found, also where
// the files differ in their metadata or format. It finds equal pixels only, not similar ones.

import { createHash } from 'node:crypto'
import type { DecodedImage } from './decode.ts'

/** `sha256:` and hex, over width and height as four bytes each, big-endian, then RGB. */
export function pixelDigest({ width, height, rgb }: DecodedImage): string {
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  return `sha256:${createHash('sha256').update(size).update(rgb).digest('hex')}`
}
