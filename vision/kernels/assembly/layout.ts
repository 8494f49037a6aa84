// Where everything lies in the kernels' one memory: fixed places, so that most addresses are constants of the code.
// All planes have rows of STRIDE pixels, whatever the image's width, and pixel (x, y) is at
// (y + 1) * STRIDE + MARGIN + x: the margin takes a vector written past a row's end, and a neighbour needs no bounds
// test. Only working images fit; vision/kernels/load-kernels.ts knows SIDE, RGB and what the exports return.

/** The longest side of an image that fits. */
export const SIDE: i32 = 256
export const MARGIN: i32 = 16
export const STRIDE: i32 = SIDE + MARGIN
/** A row above the image, a row below, and one that takes the last row's right margin. */
const PLANE: i32 = STRIDE * (SIDE + 3)
/** What a vector may read or write behind a list. */
const SLACK: i32 = 64

/** The image as it came: three bytes a pixel, then at least SLACK bytes of 0. */
export const RGB: i32 = 4096
/** Luma without margins, one byte a pixel. */
export const FLAT: i32 = RGB + 3 * SIDE * SIDE + SLACK
export const LUMA: i32 = FLAT + SIDE * SIDE + SLACK
/** Ridges and edges (ridges.ts), or the foreground (main-object.ts). */
export const MARK: i32 = LUMA + PLANE
export const SCORE: i32 = MARK + PLANE
/** Of ridges: dx in the lower half of a word, dy in the upper. */
export const GRADIENT: i32 = SCORE + PLANE
/** Four rows of 16 bits a pixel, of which the last three are of use: magnitude, dx, dy. */
export const RING: i32 = 2 * STRIDE
export const MAGNITUDE: i32 = GRADIENT + 4 * PLANE
export const DX: i32 = MAGNITUDE + 4 * RING
export const DY: i32 = DX + 4 * RING
/** Words: places still to visit. */
export const STACK: i32 = DY + 4 * RING + SLACK
/** Words: first place of each run of foreground and the place after its last; segments, as two halves. */
export const LIST: i32 = STACK + 4 * SIDE * SIDE + SLACK
/** Words, by run: the run that it hangs on, and how many pixels hang on it. */
export const PARENT: i32 = LIST + 4 * SIDE * SIDE + SLACK
export const PIXELS: i32 = PARENT + 2 * SIDE * SIDE
/** 256 words of counts, and four tables that are added up to them. */
export const HISTOGRAM: i32 = PIXELS + 2 * SIDE * SIDE
export const COUNTS: i32 = HISTOGRAM + 1024
/** What a kernel answers beside the value that it returns: eight words or doubles. */
export const ANSWER: i32 = COUNTS + 4096
export const END: i32 = ANSWER + 64

/** Address of pixel (0, y) in a plane of bytes. */
@inline
export function rowOf(plane: i32, y: i32): i32 {
  return plane + (y + 1) * STRIDE + MARGIN
}
