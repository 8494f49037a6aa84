// Runs of edge pixels whose gradient stays near the first one's: core/features/edges/segments.ts. Pixel by pixel,
// since each run takes away what the next one might have had: the longest of all kernels, probably for
// branches guessed wrong. Accepting neighbours without a branch is slower, as the next address then waits for the
// comparison; so is comparing in whole numbers. In doubles and in the same order both ways round alike.

import { GRADIENT, LIST, MARK, rowOf, STACK, STRIDE } from './layout'
import { columnStep, marksAround, NEIGHBOURS, placeStep } from './neighbours'
import { EDGE } from './ridges'

const SHORTEST: i32 = 3
/** cos^2(22.5 degrees), as core/ computes it. */
const COS2_22: f64 = (1 + 0.7071067811865476) / 2
/** A place on the stack has its column in the upper 12 bits, for the box. */
const PLACE_BITS: i32 = 20

/** Writes to LIST how far each segment goes right and down, 16 bits each; returns how many. Takes the edges. */
export function segments(width: i32, height: i32): i32 {
  let list = LIST
  for (let y = 0; y < height; y++) {
    const row = rowOf(MARK, y)
    for (let x = 0; x < width; x += 64) {
      const at = row + x
      let seeds =
        edgesOf(at) | (edgesOf(at + 16) << 16) | (edgesOf(at + 32) << 32) | (edgesOf(at + 48) << 48)
      while (seeds !== 0) {
        const seed = ctz(seeds) as i32
        seeds &= seeds - 1
        if (load<u8>(at + seed) === EDGE) list = takeRun(x + seed, y, list)
      }
    }
  }
  return (list - LIST) >> 2
}

@inline
function edgesOf(at: i32): u64 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(EDGE as i8))) as u64
}

/** Takes the run that begins here; returns the end of the list. */
function takeRun(column: i32, y: i32, list: i32): i32 {
  const seed = rowOf(0, y) + column
  const gradient = load<i32>(GRADIENT + 4 * seed)
  const ux = (gradient << 16) >> 16
  const uy = gradient >> 16
  const needed = ((ux * ux + uy * uy) as f64) * COS2_22
  let entry = (column << PLACE_BITS) | seed
  let left = entry
  let right = entry
  let last = seed
  store<u8>(MARK + seed, 0)
  store<i32>(STACK, entry)
  let top = STACK + 4
  while (top > STACK) {
    top -= 4
    entry = load<i32>(top)
    left = min(left, entry)
    right = max(right, entry)
    const at = entry & ((1 << PLACE_BITS) - 1)
    last = max(last, at)
    // EDGE is the upper one of a mark's two bits.
    let edges = (marksAround(MARK + at - STRIDE - 1) >> 1) & NEIGHBOURS
    while (edges !== 0) {
      const bit = ctz(edges)
      edges &= edges - 1
      const next = at + placeStep(bit)
      const v = load<i32>(GRADIENT + 4 * next)
      const vx = (v << 16) >> 16
      const vy = v >> 16
      const dot = (vx * ux + vy * uy) as f64
      if (dot * dot < needed * ((vx * vx + vy * vy) as f64)) continue
      store<u8>(MARK + next, 0)
      store<i32>(top, entry + (columnStep(bit) << PLACE_BITS) + next - at)
      top += 4
    }
  }
  const across = (right >> PLACE_BITS) - (left >> PLACE_BITS)
  const down = last / STRIDE - seed / STRIDE
  if (across < SHORTEST && down < SHORTEST) return list
  store<i16>(list, across as i16)
  store<i16>(list, (ux * uy <= 0 ? down : -down) as i16, 2)
  return list + 4
}
