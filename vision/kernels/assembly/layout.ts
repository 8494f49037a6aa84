// Where everything lies in the kernels' one memory: fixed places, so that most addresses are constants of the code.
// Planes of bytes have rows of STRIDE pixels, whatever the image's width, and pixel (x, y) is at
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
/** The foreground (main-object.ts). */
export const MARK: i32 = LUMA + PLANE
export const SCORE: i32 = MARK + PLANE
/**
 * Of edges, their angles (ridges.ts) by the byte, and bits: edges themselves, and ridges that may become some. In
 * these, pixel (x, y) is at y * PITCH + x, and what lies between rows is never set.
 */
export const PITCH: i32 = SIDE + 32
export const BITS: i32 = PITCH / 8
const BITS_PLANE: i32 = BITS * (SIDE + 8)
export const EDGES: i32 = SCORE + PLANE + 4 * BITS
export const WEAKS: i32 = EDGES + BITS_PLANE
/** Edges that another one follows (segments.ts), once the weak ridges have been seen to. */
export const LINKED: i32 = WEAKS
export const ANGLE: i32 = WEAKS + BITS_PLANE + SLACK
/** Four rows of 16 bits a pixel, of which the last three are of use: magnitude, dx, dy. */
export const RING: i32 = 2 * STRIDE
export const MAGNITUDE: i32 = ANGLE + PITCH * (SIDE + 4)
export const DX: i32 = MAGNITUDE + 4 * RING
export const DY: i32 = DX + 4 * RING
/** Words: places still to visit. */
export const STACK: i32 = DY + 4 * RING + SLACK
/**
 * Words: first place of each run of foreground and the place after its last; segments, as two halves; blocks of
 * sixteen pixels that may have corners.
 */
export const LIST: i32 = STACK + 4 * SIDE * SIDE + SLACK
/** Words, by run of foreground: its label. */
export const LABEL: i32 = LIST + 4 * SIDE * SIDE + SLACK
/** Words, by label: the label that it hangs on, how many pixels hang on it, and its first place. */
export const PARENT: i32 = LABEL + 2 * SIDE * SIDE
export const PIXELS: i32 = PARENT + 2 * SIDE * SIDE
export const FIRST: i32 = PIXELS + 2 * SIDE * SIDE
/** 256 words of counts, and eight tables of half words that are added up to them. */
export const HISTOGRAM: i32 = FIRST + 2 * SIDE * SIDE
export const COUNTS: i32 = HISTOGRAM + 1024
/** What a kernel answers beside the value that it returns: eight words or doubles. */
export const ANSWER: i32 = COUNTS + 4096
export const END: i32 = ANSWER + 64

/** Address of pixel (0, y) in a plane of bytes. */
@inline
export function rowOf(plane: i32, y: i32): i32 {
  return plane + (y + 1) * STRIDE + MARGIN
}
