// Central crop, then bilinear resize from four pixels: half-pixel centres and no antialiasing (src = (dst + 0.5) *
// scale - 0.5, clamped to the crop), so it needs no filter tables and is the same on every device. Models whose
// contract asks for `bilinear-antialias` are resized by the image library instead.

import { centralCrop } from './central-crop.ts'

/** Interleaved 8-bit RGB, rows top to bottom. */
export interface RgbImage {
  rgb: Uint8Array
  width: number
  height: number
}

export interface CropTarget {
  /** Fraction of each side that the crop keeps, in (0, 1]. */
  crop: number
  width: number
  height: number
}

/** RGB bytes of `target.width` x `target.height`; throws a RangeError where the bytes are not the image's. */
export function cropResize(image: RgbImage, target: CropTarget): Uint8Array {
  const expected = image.width * image.height * 3
  if (expected < 3 || image.rgb.length !== expected)
    throw new RangeError(
      `Cannot crop image "${image.width}x${image.height}": has ${image.rgb.length} bytes, expected ${expected} and at least one pixel`,
    )
  const box = centralCrop(image.width, image.height, target.crop)
  const columns = axisSamples(box.left, box.width, target.width)
  const rows = axisSamples(box.top, box.height, target.height)
  const { rgb } = image
  const stride = image.width * 3
  const out = new Uint8Array(target.width * target.height * 3)
  let o = 0
  for (let y = 0; y < target.height; y++) {
    const top = rows.low[y]! * stride
    const bottom = rows.high[y]! * stride
    const fy = rows.fraction[y]!
    for (let x = 0; x < target.width; x++) {
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

/** For each target pixel of one axis: its two source pixels and how far it lies from the lower one. */
function axisSamples(start: number, kept: number, target: number) {
  const scale = kept / target
  const low = new Int32Array(target)
  const high = new Int32Array(target)
  const fraction = new Float64Array(target)
  for (let i = 0; i < target; i++) {
    const at = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), kept - 1)
    const floor = Math.floor(at)
    low[i] = start + floor
    high[i] = start + Math.min(floor + 1, kept - 1)
    fraction[i] = at - floor
  }
  return { low, high, fraction }
}
