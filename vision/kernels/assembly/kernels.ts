// What the module exports: a function for each family, and where the memory holds what. The image is written to RGB,
// with 64 bytes of 0 behind it; luma() comes before corners(), segments() and mainObject(). Colours need no luma.
// AssemblyScript is a dialect of TypeScript with decorators and types that TypeScript does not know, so this folder
// is left out of the project's type check and formatter; `npm run kernels` checks it.

import { ANSWER, END, HISTOGRAM, LIST, RGB, SIDE } from './layout'
import { growEdges } from './hysteresis'
import { markRidges } from './ridges'
import { runsOfEdges } from './segments'

export { corners } from './corners'
export { firstHueCount, hueCounts } from './hues'
export { luma } from './luma'
export { mainObject } from './main-object'
export { squareSums } from './squares'

export function segments(width: i32, height: i32): i32 {
  markRidges(width, height)
  growEdges(height)
  return runsOfEdges(width, height)
}

/** In bytes, as asconfig.json says in pages. */
const MEMORY: i32 = 32 << 16
if (END > MEMORY) ERROR('The layout does not fit into the memory')

export const rgb: i32 = RGB
export const answer: i32 = ANSWER
export const histogram: i32 = HISTOGRAM
export const list: i32 = LIST
export const side: i32 = SIDE
