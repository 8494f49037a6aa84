// Bytes from a stranger to pixels. The format is told by magic bytes, never by a header or a name; every
// loader of libvips but three is blocked, since each is attack surface that no client needs; the pixel cap is
// checked on the header, before any pixel is decoded. The result is what the features and the models are
// defined on: EXIF-oriented, alpha flattened on white, sRGB, 8 bit. libvips works on its own threads, so the
// event loop stays free while an image decodes. Left out: animation (first frame only) and colour beyond sRGB.

import sharp from 'sharp'
import { ImageRefused } from './image-refused.ts'

/** Interleaved 8-bit RGB, rows top to bottom. */
export interface DecodedImage {
  rgb: Uint8Array
  width: number
  height: number
}

export interface DecodeLimits {
  pixelsMax: number
}

/** 24 megapixels cover a Pi camera (12) and most phones; decoded they are 72 MB, what a 1 GB board can spare. */
const DEFAULT_LIMITS: DecodeLimits = { pixelsMax: 24_000_000 }

/** Throws an `ImageRefused` where the bytes are no whole JPEG, PNG or WebP within the limits. */
export async function decodeImage(bytes: Uint8Array, limits = DEFAULT_LIMITS): Promise<DecodedImage> {
  if (bytes.length === 0)
    throw new ImageRefused('empty', 'Cannot decode image: is empty, expected JPEG, PNG or WebP bytes')
  if (imageFormat(bytes) === undefined)
    throw new ImageRefused(
      'unsupported-format',
      'Cannot decode image: is not JPEG, PNG or WebP, expected one',
    )
  allowLoadersOnce()
  const { width, height } = await readHeader(bytes)
  if (width * height > limits.pixelsMax)
    throw new ImageRefused(
      'too-many-pixels',
      `Cannot decode image: is ${width}x${height} pixels, expected at most ${limits.pixelsMax} pixels`,
    )
  return decodePixels(bytes, limits)
}

export function imageFormat(bytes: Uint8Array): 'jpeg' | 'png' | 'webp' | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return 'webp'
  return undefined
}

/** The limit of libvips is lifted here only: our own check on the result has the better message. */
async function readHeader(bytes: Uint8Array) {
  return refusingDamage(() => sharp(bytes, { limitInputPixels: false }).metadata())
}

/** `error` refuses truncated data but bears the harmless warnings that real cameras cause. */
async function decodePixels(bytes: Uint8Array, { pixelsMax }: DecodeLimits): Promise<DecodedImage> {
  const { data, info } = await refusingDamage(() =>
    sharp(bytes, { failOn: 'error', limitInputPixels: pixelsMax })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  return { rgb: data, width: info.width, height: info.height }
}

async function refusingDamage<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    throw new ImageRefused(
      'damaged',
      'Cannot decode image: is damaged or cut short, expected a whole image',
      {
        cause,
      },
    )
  }
}

let hasAllowedLoaders = false

/** Blocking is global to the process; the order (all, then three back) is the one that sharp documents. */
function allowLoadersOnce(): void {
  if (hasAllowedLoaders) return
  hasAllowedLoaders = true
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
  })
  // No image comes twice, so libvips' cache of operations would only hold memory.
  sharp.cache(false)
}
