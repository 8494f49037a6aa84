// The feature kernels of assembly/, built by `npm run kernels` into the file beside this one: core's port, filled from
// WebAssembly's memory. Where the processor or Node has no WebAssembly SIMD there are none, and features are
// computed in JavaScript, to the same bits and several times as slowly: the process warns once. One memory of 2 MB
// serves all, since extraction is synchronous; it takes working images, and larger ones go the slow way.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type {
  ChannelSums,
  FeatureKernels,
  ImageKernels,
  LumaKernels,
} from '#core/features/feature-kernels.ts'

const FILE = path.join(import.meta.dirname, 'feature-kernels.wasm')
/** Kernels read whole vectors: behind the image there are zeroes, which the counts take off again. */
const ZEROES_BEHIND = 64

/** As much of it as is needed here: Node's types have less. */
declare const WebAssembly: {
  validate(wasm: Uint8Array): boolean
  readonly Module: new (wasm: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface Address {
  readonly value: number
}

/** As assembly/kernels.ts exports them: functions, and addresses in the memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly rgb: Address
  readonly answer: Address
  readonly histogram: Address
  readonly list: Address
  readonly side: Address
  luma(width: number, height: number): void
  corners(width: number, height: number): number
  segments(width: number, height: number): number
  mainObject(width: number, height: number, threshold: number): number
  firstHueCount(pixels: number): number
  hueCounts(pixels: number): void
  squareSums(pixels: number): void
}

let known: { kernels: FeatureKernels | undefined } | undefined

/** Those of this process; undefined where it cannot run them. */
export function featureKernels(): FeatureKernels | undefined {
  known ??= { kernels: loadKernels(readFileSync(FILE)) }
  return known.kernels
}

/** Undefined, with a warning, for a module that this process refuses. */
export function loadKernels(wasm: Uint8Array): FeatureKernels | undefined {
  // What it was built from says which instructions it needs, so it is the probe too.
  if (!WebAssembly.validate(wasm)) {
    process.emitWarning(
      'Cannot use feature kernels: Node or the processor has no WebAssembly SIMD, features take JavaScript',
    )
    return undefined
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm))
  return kernelsOf(exports as Exports)
}

function kernelsOf(run: Exports): FeatureKernels {
  const bytes = new Uint8Array(run.memory.buffer)
  const side = run.side.value
  return {
    open(image) {
      const { rgb, width, height } = image
      if (width > side || height > side) return undefined
      bytes.set(rgb, run.rgb.value)
      bytes.fill(0, run.rgb.value + rgb.length, run.rgb.value + rgb.length + ZEROES_BEHIND)
      return imageKernels(run, width, height)
    },
  }
}

function imageKernels(run: Exports, width: number, height: number): ImageKernels {
  const { buffer } = run.memory
  const pixels = width * height
  const words = new Uint32Array(buffer, run.answer.value, 8)
  const sums = (): ChannelSums => [words[0]!, words[1]!, words[2]!]
  return {
    firstHueCount: () => run.firstHueCount(pixels),
    hueCounts() {
      run.hueCounts(pixels)
      // The pixels from each bin's first hue on.
      const from = [pixels, ...words.subarray(0, 6), 0]
      return from.slice(1).map((next, bin) => from[bin]! - next)
    },
    squareSums() {
      run.squareSums(pixels)
      return sums()
    },
    luma() {
      run.luma(width, height)
      return { ...lumaKernels(run, width, height), sums: sums() }
    },
  }
}

function lumaKernels(run: Exports, width: number, height: number): Omit<LumaKernels, 'sums'> {
  const { buffer } = run.memory
  return {
    histogram: new Int32Array(buffer, run.histogram.value, 256),
    countCorners: () => run.corners(width, height),
    // A copy, since other kernels list their findings in the same place.
    segments: () => new Int16Array(buffer, run.list.value, 2 * run.segments(width, height)).slice(),
    border(threshold) {
      if (run.mainObject(width, height, threshold) === 0) return undefined
      const [twiceArea, perimeter, boxWidth, boxHeight] = new Float64Array(buffer, run.answer.value, 4)
      return {
        area: Math.abs(twiceArea!) / 2,
        perimeter: perimeter!,
        width: boxWidth!,
        height: boxHeight!,
      }
    },
  }
}
