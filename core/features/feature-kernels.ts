// The port for faster ways through the pixels than plain JavaScript (vision/kernels has one in WebAssembly). Kernels only
// count and sum, in whole numbers, and walk; what features are made of their answers is said once, here in core/.
// So an implementation is right when it counts what the JavaScript beside it counts, and every feature is then the
// same to the last bit: the reference is what runs without kernels.

import type { RgbImage } from '../preprocess/crop-resize.ts'
import type { Border } from './main-object.ts'

/** Sums over all pixels of something of red, green and blue. */
export type ChannelSums = readonly [number, number, number]

export interface FeatureKernels {
  /** Undefined for an image that they do not take, such as a larger one. Valid until the next call. */
  open(image: RgbImage): ImageKernels | undefined
}

export interface ImageKernels {
  /** How many pixels have a hue in the first of the seven bins. */
  firstHueCount(): number
  /** Of all seven. */
  hueCounts(): readonly number[]
  squareSums(): ChannelSums
  luma(): LumaKernels
}

/** What is computed from luma. */
export interface LumaKernels {
  readonly histogram: Int32Array
  /** Of the channels themselves. */
  readonly sums: ChannelSums
  countCorners(): number
  /** Line segments in any order: by turns pixels right (not negative) and pixels down (negative is up). */
  segments(): Int16Array
  /** Of the largest component above the threshold; undefined where there is none. */
  border(threshold: number): Border | undefined
}
