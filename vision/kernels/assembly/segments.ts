// Runs of edge pixels whose gradient stays near the first one's: core/features/edges/segments.ts, on bits. Runs are found
// one by one, since each takes away what the next one might have had; most are whole in one window (window.ts), and
// from those pixels at its border that have edges outside, one goes on with a window about each. The longest of all
// kernels, for branches guessed wrong: half of the first pixels had no run, and these are found beforehand, without
// a branch, as edges that no edge after them goes on.

import { ANGLE, BITS, EDGES, LINKED, LIST, PITCH, STACK } from './layout'
import { AHEAD, dxOf, dyOf, FIRST, gradientAt, LEFT, mayFollow, RIGHT, spread, takeFrom } from './window'

const SHORTEST: i32 = 3
const LOWEST_ROW: u64 = 0xffff << 48

/** The run's outermost columns and its last row. */
let left: i32 = 0
let right: i32 = 0
let last: i32 = 0

/** Writes to LIST how far each segment goes right and down, 16 bits each; returns how many. Takes the edges. */
export function runsOfEdges(width: i32, height: i32): i32 {
  linkEdges(width, height)
  let list = LIST
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x += 64) {
      const word = EDGES + y * BITS + (x >> 3)
      const linked = load<u64>(word + LINKED - EDGES)
      let seeds = load<u64>(word) & linked
      while (seeds !== 0) {
        const bit = ctz(seeds)
        seeds &= seeds - 1
        const column = x + (bit as i32)
        const seed = y * PITCH + column
        const run = takeFrom(seed - 7, FIRST, AHEAD, seed)
        if (run === FIRST) continue
        seeds &= ~((run >> 7 & 0x1ff) << bit)
        const columns = columnsOf(run)
        left = column - 7 + ctz(columns)
        right = column + 24 - clz(columns)
        last = y + lastRowOf(run)
        if ((run & (LOWEST_ROW | LEFT | RIGHT)) !== 0) {
          // Nothing before the first pixel is left to find.
          store<u64>(word, load<u64>(word) & ((-2 as u64) << bit))
          goOn(run, column, y, seed)
          seeds = load<u64>(word) & linked
        }
        const across = right - left
        const down = last - y
        store<i16>(list, across as i16)
        store<i16>(list, (isFalling(seed) ? down : -down) as i16, 2)
        list += i32(across >= SHORTEST || down >= SHORTEST) << 2
      }
      store<u64>(word, 0)
    }
  return (list - LIST) >> 2
}

/** Marks in LINKED the edges after which, in raster order, there may be a neighbour that goes their way. */
function linkEdges(width: i32, height: i32): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x += 64) {
      const word = EDGES + y * BITS + (x >> 3)
      const edges = load<u64>(word)
      let linked: u64 = 0
      if (edges !== 0) {
        const below = load<u64>(word + BITS)
        const right = (edges >> 1) | (load<u64>(word + 8) << 63)
        const belowLeft = (below << 1) | (load<u64>(word + BITS - 8) >> 63)
        const belowRight = (below >> 1) | (load<u64>(word + BITS + 8) << 63)
        const angles = ANGLE + y * PITCH + x
        linked = (right & followers(angles, 1)) | (below & followers(angles, PITCH))
        linked |= (belowLeft & followers(angles, PITCH - 1)) | (belowRight & followers(angles, PITCH + 1))
      }
      store<u64>(word + LINKED - EDGES, edges & linked)
    }
}

@inline
function followers(angles: i32, step: i32): u64 {
  const low = mayFollow(angles, step) | (mayFollow(angles + 16, step) << 16)
  return low | (mayFollow(angles + 32, step) << 32) | (mayFollow(angles + 48, step) << 48)
}

/** Takes the rest of a run of which the first window took `run`. */
function goOn(run: u64, x: i32, y: i32, seed: i32): void {
  let top = pushOpen(run, x - 7, y, STACK)
  while (top > STACK) {
    top -= 4
    const entry = load<i32>(top)
    const cornerX = (entry & 0xffff) - 7
    let cornerY = entry >> 16
    let start = FIRST
    // Runs seldom turn upwards, so a window has no row above its first pixel but where edges are.
    if ((edgesFrom(cornerX, cornerY - 1) & 0x1c0) !== 0) {
      cornerY -= 1
      start <<= 16
    }
    const found = takeFrom(cornerY * PITCH + cornerX, start, spread(start), seed) & ~start
    if (found === 0) continue
    const columns = columnsOf(found)
    left = min(left, cornerX + (ctz(columns) as i32))
    right = max(right, cornerX + 31 - (clz(columns) as i32))
    last = max(last, cornerY + lastRowOf(found))
    top = pushOpen(found, cornerX, cornerY, top)
  }
}

/** Puts those of a window's pixels on the stack that edges may touch from outside; returns its top. */
function pushOpen(pixels: u64, x: i32, y: i32, top: i32): i32 {
  let above = edgesFrom(x - 1, y - 1)
  let below = edgesFrom(x - 1, y + 4)
  above = (above | (above >> 1) | (above >> 2)) & 0xffff
  below = (below | (below >> 1) | (below >> 2)) & 0xffff
  for (let open = pixels & (LEFT | RIGHT | above | (below << 48)); open !== 0; open &= open - 1) {
    const bit = ctz(open) as i32
    store<i32>(top, ((y + (bit >> 4)) << 16) | (x + (bit & 15)))
    top += 4
  }
  return top
}

/** The row's edges from a column on: at least 33. */
@inline
function edgesFrom(x: i32, y: i32): u64 {
  const place = y * PITCH + x
  return load<u64>(EDGES + ((place >> 5) << 2)) >> (place & 31)
}

/** A bit for each column of a window. */
@inline
function columnsOf(pixels: u64): i32 {
  const columns = (pixels | (pixels >> 32)) as i32
  return (columns | (columns >> 16)) & 0xffff
}

@inline
function lastRowOf(pixels: u64): i32 {
  return (63 - (clz(pixels) as i32)) >> 4
}

/** Whether the run falls to the right: across a gradient whose halves are of different signs, or one of them 0. */
@inline
function isFalling(seed: i32): bool {
  const angle = load<u8>(ANGLE + seed)
  // An angle of 0 or 128 may have been rounded from either side.
  if ((angle & 127) !== 0) return angle > 128
  const gradient = gradientAt(seed)
  return dxOf(gradient) * dyOf(gradient) <= 0
}
