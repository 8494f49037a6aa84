// From a plain JPEG straight to what a model's input shows, in one pipeline of libvips: rows are decoded, cropped and
// filtered as they come, so that no whole picture is ever written down. Worth a millisecond of an ImageNet photograph's
// five. Bit for bit what decoding first and cropping then (session/prepare-input.ts) gives, and only for files where that
// is certain: three channels of sRGB without a profile, upright, not cut short. Rows below the crop are not looked at.

import sharp, { type Metadata } from 'sharp'
import type { ModelInput } from '#contract/model.ts'
import { frameOf } from '#core/preprocess/frame-of.ts'
import type { DecodedImage } from '../decode.ts'
import { framed } from '../session/prepare-input.ts'

export interface DirectLimits {
  readonly pixelsMax: number
  readonly secondsMax: number
}

export function canBeDirect(bytes: Uint8Array, header: Metadata, input: ModelInput): boolean {
  const { format, space, channels, depth, icc, orientation = 1 } = header
  return (
    input.resize === 'bilinear-antialias' &&
    format === 'jpeg' &&
    space === 'srgb' &&
    channels === 3 &&
    depth === 'uchar' &&
    icc === undefined &&
    orientation === 1 &&
    endsAsJpegDoes(bytes)
  )
}

/** End of image: what breaks off before it is refused by who reads all rows. */
const endsAsJpegDoes = (bytes: Uint8Array): boolean => bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9

export async function directInput(
  bytes: Uint8Array,
  header: Metadata,
  input: ModelInput,
  { pixelsMax, secondsMax }: DirectLimits,
): Promise<DecodedImage> {
  const { width, height } = input
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: pixelsMax }).timeout({
    seconds: secondsMax,
  })
  const rgb = await framed(image, frameOf(header, input), input).toColourspace('srgb').raw().toBuffer()
  return { rgb, width, height, whole: { width: header.width, height: header.height }, isInput: true }
}
