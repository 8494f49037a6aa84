// The memory that extracting one image's features needs, kept from image to image: zeroing and collecting a
// megabyte a time would cost as much as finding the edges. Code here is synchronous, so one set serves all; what
// a caller gets is overwritten by the next image. It is bounded: a larger image than the working image gets a
// set of its own, which is then let go.
//
// All planes have one geometry. Rows are `stride` long, a multiple of 4 so that four pixels can be read as one
// word, and pixel (x, y) is at (y + 1) * stride + x + MARGIN: a neighbour needs no bounds test.

/** Pixels before a row: at least 1, and 4 so that rows begin on a word. */
export const MARGIN = 4
/** The working image's longer side, in pixels. */
const KEPT_SIDE = 256

export interface Geometry {
  width: number
  height: number
  stride: number
}

export class Scratch {
  /** How many pixels, margins included, every plane and list holds. */
  readonly size: number
  readonly luma: Uint8Array
  /** The same bytes as `luma`, four pixels a word. */
  readonly lumaWords: Int32Array
  readonly mark: Uint8Array
  readonly magnitude: Uint16Array
  readonly dx: Int16Array
  readonly dy: Int16Array
  /** Places in a plane: those found so far, and a stack of those still to visit. */
  readonly found: Int32Array
  readonly stack: Int32Array
  /** By run of foreground pixels: the run that it hangs on, and how many pixels hang on it. */
  readonly parent: Int32Array
  readonly pixels: Int32Array

  constructor(geometry: Geometry) {
    const size = planeSize(geometry)
    this.size = size
    this.luma = new Uint8Array(size)
    this.lumaWords = new Int32Array(this.luma.buffer)
    this.mark = new Uint8Array(size)
    this.magnitude = new Uint16Array(size)
    this.dx = new Int16Array(size)
    this.dy = new Int16Array(size)
    this.found = new Int32Array(size)
    this.stack = new Int32Array(size)
    this.parent = new Int32Array(size >> 1)
    this.pixels = new Int32Array(size >> 1)
  }
}

/** Each row has a margin on its left and at least one pixel on its right. */
export function geometryOf({ width, height }: { width: number; height: number }): Geometry {
  return { width, height, stride: (width + 2 * MARGIN) & ~3 }
}

const KEPT = geometryOf({ width: KEPT_SIDE, height: KEPT_SIDE })
let kept: Scratch | undefined

/** Valid until the next call. */
export function scratchFor(geometry: Geometry): Scratch {
  if (planeSize(geometry) > planeSize(KEPT)) return new Scratch(geometry)
  kept ??= new Scratch(KEPT)
  return kept
}

/** In pixels, with a row above and a row below the image. */
export function planeSize({ stride, height }: Geometry): number {
  return stride * (height + 2)
}
