// Bytes from a stranger to pixels. The format is told by magic bytes, never by a header or a name; every
// loader of libvips but three is blocked, since each is attack surface that no client needs; the pixel cap is
// checked on the header, before any pixel is decoded. The result is what the features and the models are
// defined on: EXIF-oriented, alpha flattened on white, sRGB, 8 bit. libvips works on its own threads, so the
// event loop stays free while an image decodes. Large JPEG and WebP files come out smaller than they are, by the rule
// of shrink-on-load.ts. Left out: animation (first frame only) and colour beyond sRGB.

import sharp, { type Metadata } from 'sharp'
import type { ModelInput } from '#contract/model.ts'
import { canBeDirect, directInput } from './decoding/direct-input.ts'
import { webpFramesExceed } from './decoding/webp-frames.ts'
import { ImageRefused } from './image-refused.ts'
import { type ImageSize, SHORT_SIDE_MIN_PX, type Shrink, shrinkFor } from './shrink-on-load.ts'

/** Interleaved 8-bit RGB, rows top to bottom. */
export interface DecodedImage {
  rgb: Uint8Array
  width: number
  height: number
  /** Of the image that this is a smaller picture of, where it is one. */
  whole?: ImageSize
  /** Already what a model's input shows: cropped and filtered as its contract says. */
  isInput?: true
}

export interface DecodeOptions {
  pixelsMax?: number
  /** Of the work itself: waiting for a thread does not count. */
  secondsMax?: number
  /** The short side keeps at least so much where the image has it; never less than `SHORT_SIDE_MIN_PX`. */
  shortSideMinPx?: number
  /** Asked once the header is read, with what decoding takes at its worst; decoding waits for it. */
  admit?: (bytes: number) => Promise<void>
  /** Only a model's input is wanted; comes as `isInput` where direct-input.ts can make it so, else as ever. */
  shownTo?: ModelInput | undefined
}

/** 24 megapixels cover a Pi camera (12) and most phones; decoded they are 72 MB, what a 1 GB board can spare. */
const PIXELS_MAX = 24_000_000
/** The most that WebP can say. A PNG one pixel high and 24 million wide takes a gigabyte to decode, of 69 bytes. */
const SIDE_MAX_PX = 16_383
/** libvips looks at each before the first is decoded, in time that grows with their square: 0.8 s for 30,000. */
const FRAMES_MAX = 1_000
/** Ten times what 24 megapixels take on a Pi 3; beyond, somebody has made the file to be slow. */
const SECONDS_MAX = 5

/** Throws an `ImageRefused` where the bytes are no whole JPEG, PNG or WebP within the limits. */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  if (bytes.length === 0)
    throw new ImageRefused('empty', 'Cannot decode image: is empty, expected JPEG, PNG or WebP bytes')
  if (imageFormat(bytes) === undefined)
    throw new ImageRefused(
      'unsupported-format',
      'Cannot decode image: is not JPEG, PNG or WebP, expected one',
    )
  allowLoadersOnce()
  if (webpFramesExceed(bytes, FRAMES_MAX))
    throw new ImageRefused(
      'too-many-pixels',
      `Cannot decode image: has more than ${FRAMES_MAX} frames, expected at most ${FRAMES_MAX}`,
    )
  const { pixelsMax = PIXELS_MAX, shortSideMinPx = SHORT_SIDE_MIN_PX } = options
  const header = await readHeader(bytes)
  const { width, height, format } = header
  if (width * height > pixelsMax)
    throw new ImageRefused(
      'too-many-pixels',
      `Cannot decode image: is ${width}x${height} pixels, expected at most ${pixelsMax} pixels`,
    )
  if (Math.max(width, height) > SIDE_MAX_PX)
    throw new ImageRefused(
      'too-many-pixels',
      `Cannot decode image: is ${width}x${height} pixels, expected at most ${SIDE_MAX_PX} a side`,
    )
  const shrink = format === 'png' ? 1 : shrinkFor(header, shortSideMinPx)
  await options.admit?.(bytesNeeded(header, shrink))
  const { shownTo, secondsMax = SECONDS_MAX } = options
  if (shownTo && shrink === 1 && canBeDirect(bytes, header, shownTo))
    return refusingDamage(() => directInput(bytes, header, shownTo, { pixelsMax, secondsMax }))
  return decodePixels(bytes, header, { ...options, pixelsMax, shrink })
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

interface Decoding extends DecodeOptions {
  readonly pixelsMax: number
  readonly shrink: Shrink
}

/** `error` refuses truncated data but bears the harmless warnings that real cameras cause. */
async function decodePixels(bytes: Uint8Array, header: Metadata, decoding: Decoding): Promise<DecodedImage> {
  const { pixelsMax, shrink, secondsMax = SECONDS_MAX } = decoding
  // As it is looked at, after its orientation.
  const whole: ImageSize = header.autoOrient
  const { data, info } = await refusingDamage(() => {
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: pixelsMax })
      .timeout({ seconds: secondsMax })
      .autoOrient()
    // To an exact fraction: there libvips has its decoder shrink, and averages what is left.
    if (shrink > 1)
      image.resize(Math.ceil(whole.width / shrink), Math.ceil(whole.height / shrink), {
        fit: 'fill',
        kernel: 'linear',
      })
    return image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  })
  const decoded = { rgb: data, width: info.width, height: info.height }
  return shrink === 1 ? decoded : { ...decoded, whole }
}

/** The pixels, and what the decoder itself keeps of the whole image: all of it, where rows do not come in order. */
function bytesNeeded(header: Metadata, shrink: Shrink): number {
  const { width, height, channels, format, orientation = 1 } = header
  const isWhole = header.isProgressive || format === 'webp' || orientation > 1
  const perSample = header.depth === 'ushort' || (format === 'jpeg' && header.isProgressive) ? 2 : 1
  const pixels = width * height
  return (pixels * 3) / shrink ** 2 + (isWhole ? pixels * channels * perSample : 0)
}

async function refusingDamage<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    const isSlow = cause instanceof Error && cause.message.startsWith('timeout:')
    const what = isSlow
      ? 'takes too long to decode, expected an image that does not'
      : 'is damaged or cut short, expected a whole image'
    throw new ImageRefused('damaged', `Cannot decode image: ${what}`, { cause })
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
