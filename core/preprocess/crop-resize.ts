// Crop and resize from four pixels and no antialiasing, so it needs no filter tables and is the same on every device.
//   bilinear       half-pixel centres: src = (dst + 0.5) * scale - 0.5, clamped to the crop
//   bilinear-tf1   src = dst * scale, in single precision (tf.image.resize_bilinear, align_corners=False)
//   nearest        the pixel under (dst + 0.5) * scale
// Results are rounded to 8 bits: TensorFlow's stay floats, which is half a grey level at most. Contracts that ask for
// a filter that widens are served by pillow-resize.ts, or by the image library.

import { type Frame, type Framing, frameOf } from './frame-of.ts'

/** Interleaved 8-bit RGB, rows top to bottom. */
export interface RgbImage {
  rgb: Uint8Array
  width: number
  height: number
}

export type CropTarget = Pick<Framing, 'crop' | 'shortSide' | 'width' | 'height'> &
  Partial<Pick<Framing, 'resize'>>

/** RGB bytes of `target.width` x `target.height`; throws a RangeError where the bytes are not the image's. */
export function cropResize(image: RgbImage, target: CropTarget): Uint8Array {
  const expected = image.width * image.height * 3
  if (expected < 3 || image.rgb.length !== expected)
    throw new RangeError(
      `Cannot crop image "${image.width}x${image.height}": has ${image.rgb.length} bytes, expected ${expected} and at least one pixel`,
    )
  const { width, height, resize = 'bilinear' } = target
  return pointResize(image, frameOf(image, { ...target, resize }), { width, height, resize })
}

/** The same of a frame that is known. */
export function pointResize(
  { rgb, width: imageWidth }: RgbImage,
  { box, scaled, cut }: Frame,
  { width, height, resize }: Pick<Framing, 'width' | 'height' | 'resize'>,
): Uint8Array {
  const columns = axisSamples(
    resize,
    { start: box.left, kept: box.width, scaled: scaled.width, cut: cut.left },
    width,
  )
  const rows = axisSamples(
    resize,
    { start: box.top, kept: box.height, scaled: scaled.height, cut: cut.top },
    height,
  )
  const stride = imageWidth * 3
  const out = new Uint8Array(width * height * 3)
  let o = 0
  for (let y = 0; y < height; y++) {
    const top = rows.low[y]! * stride
    const bottom = rows.high[y]! * stride
    const fy = rows.fraction[y]!
    for (let x = 0; x < width; x++) {
      const left = columns.low[x]! * 3
      const right = columns.high[x]! * 3
      const fx = columns.fraction[x]!
      for (let c = 0; c < 3; c++) {
        const above = mix(rgb[top + left + c]!, rgb[top + right + c]!, fx)
        const below = mix(rgb[bottom + left + c]!, rgb[bottom + right + c]!, fx)
        out[o++] = Math.round(mix(above, below, fy))
      }
    }
  }
  return out
}

function mix(a: number, b: number, fraction: number): number {
  return a + (b - a) * fraction
}

interface Axis {
  readonly start: number
  readonly kept: number
  readonly scaled: number
  readonly cut: number
}

/** For each target pixel of one axis: its two source pixels and how far it lies from the lower one. */
function axisSamples(resize: Framing['resize'], { start, kept, scaled, cut }: Axis, target: number) {
  const scale = kept / scaled
  const placeOf = {
    nearest: (i: number) => Math.floor((i + 0.5) * scale),
    'bilinear-tf1': (i: number) => Math.fround(i * Math.fround(scale)),
    bilinear: (i: number) => (i + 0.5) * scale - 0.5,
  }
  const place = resize === 'nearest' || resize === 'bilinear-tf1' ? placeOf[resize] : placeOf.bilinear
  const low = new Int32Array(target)
  const high = new Int32Array(target)
  const fraction = new Float64Array(target)
  for (let i = 0; i < target; i++) {
    const at = Math.min(Math.max(place(i + cut), 0), kept - 1)
    const floor = Math.floor(at)
    low[i] = start + floor
    high[i] = start + Math.min(floor + 1, kept - 1)
    fraction[i] = at - floor
  }
  return { low, high, fraction }
}
