// The pixels of a run within a window of 16 x 4, one bit each in one word, a row in every 16 of them: those of the edges
// there whose angle is near the first pixel's and that hang together are found by spreading, all at once. Angles in
// bytes are off by less than 0.82 each, so that up to 30 of 256 apart they are certainly within 22.5 degrees, which
// are 32, and from 34 on certainly not. In between, one pixel in thirty, gradients are compared as core/ does.

import { ANGLE, BITS, EDGES, LUMA, PITCH, rowOf, STRIDE } from './layout'

/** cos^2(22.5 degrees), as core/ computes it. */
const COS2_22: f64 = (1 + 0.7071067811865476) / 2
const SURELY: u8 = 30
const MAYBE: u8 = 33

/** A window's first and last column. */
export const LEFT: u64 = 0x0001000100010001
export const RIGHT: u64 = LEFT << 15
/** A window's eighth pixel, where runs begin, the pixels up to it, and those after it that are beside it. */
export const FIRST: u64 = 1 << 7
const PAST: u64 = 0xff
export const AHEAD: u64 = (1 << 8) | (7 << 22)

/**
 * Takes from the edges of the window whose first pixel is at `corner` what hangs on `start`, and returns it with this.
 * `next` are the pixels beside `start` that may: AHEAD, for a run's beginning, when all before it are done with.
 */
@inline
export function takeFrom(corner: i32, start: u64, next: u64, seed: i32): u64 {
  const at = EDGES + ((corner >> 5) << 2)
  const shift = corner & 31
  const row0 = load<u64>(at)
  const row1 = load<u64>(at + BITS)
  const row2 = load<u64>(at + 2 * BITS)
  const row3 = load<u64>(at + 3 * BITS)
  const upper = ((row0 >> shift) & 0xffff) | (((row1 >> shift) & 0xffff) << 16)
  const lower = (((row2 >> shift) & 0xffff) << 32) | ((row3 >> shift) << 48)
  // Angles from the least one that may be near on.
  const least = i8x16.splat(load<u8>(ANGLE + seed) - MAYBE)
  const p = ANGLE + corner
  const angles0 = i8x16.sub(v128.load(p), least)
  const angles1 = i8x16.sub(v128.load(p + PITCH), least)
  const angles2 = i8x16.sub(v128.load(p + 2 * PITCH), least)
  const angles3 = i8x16.sub(v128.load(p + 3 * PITCH), least)
  let near = upTo(2 * MAYBE, angles0, angles1) | (upTo(2 * MAYBE, angles2, angles3) << 32)
  near &= (upper | lower) & ~(next === AHEAD ? PAST : start)
  if ((near & next) === 0) return start
  const between = i8x16.splat(MAYBE - SURELY)
  const surely =
    near &
    (upTo(2 * SURELY, i8x16.sub(angles0, between), i8x16.sub(angles1, between)) |
      (upTo(2 * SURELY, i8x16.sub(angles2, between), i8x16.sub(angles3, between)) << 32))
  let run = start | (next & surely)
  // Most are whole after two steps, and a step is cheaper than asking.
  run |= spread(run) & surely
  run |= spread(run) & surely
  while (true) {
    const open = spread(run) & near & ~run
    if (open === 0) break
    if ((open & surely) !== 0) {
      run |= open & surely
      run |= spread(run) & surely
    } else {
      const taken = compare(corner, open, seed)
      run |= taken
      near ^= open ^ taken
    }
  }
  store<u64>(at, row0 & ~((run & 0xffff) << shift))
  store<u64>(at + BITS, row1 & ~(((run >> 16) & 0xffff) << shift))
  store<u64>(at + 2 * BITS, row2 & ~(((run >> 32) & 0xffff) << shift))
  store<u64>(at + 3 * BITS, row3 & ~((run >> 48) << shift))
  return run
}

/** And all beside them. */
@inline
export function spread(pixels: u64): u64 {
  const rows = pixels | ((pixels << 1) & ~LEFT) | ((pixels >> 1) & ~RIGHT)
  return rows | (rows << 16) | (rows >> 16)
}

/** Which of 16 or twice 16 bytes are at most so large. */
@inline
function upTo(most: u8, first: v128, second: v128): u64 {
  const bound = i8x16.splat(most)
  return (i8x16.bitmask(i8x16.le_u(first, bound)) | (i8x16.bitmask(i8x16.le_u(second, bound)) << 16)) as u32 as u64
}

/** Whether there may be an edge `step` after each of 16 that goes its way. */
@inline
export function mayFollow(angles: i32, step: i32): u64 {
  const apart = i8x16.sub(v128.load(angles + step), i8x16.sub(v128.load(angles), i8x16.splat(MAYBE)))
  return i8x16.bitmask(i8x16.le_u(apart, i8x16.splat(2 * MAYBE))) as u64
}

/** Those of `asked` whose gradient is within 22.5 degrees of the seed's: in doubles and in the same order as core/. */
function compare(corner: i32, asked: u64, seed: i32): u64 {
  const u = gradientAt(seed)
  const ux = dxOf(u)
  const uy = dyOf(u)
  const needed = ((ux * ux + uy * uy) as f64) * COS2_22
  let taken: u64 = 0
  for (let bits = asked; bits !== 0; bits &= bits - 1) {
    const bit = ctz(bits) as i32
    const v = gradientAt(corner + (bit >> 4) * PITCH + (bit & 15))
    const vx = dxOf(v)
    const vy = dyOf(v)
    const dot = (vx * ux + vy * uy) as f64
    if (dot * dot >= needed * ((vx * vx + vy * vy) as f64)) taken |= (1 as u64) << bit
  }
  return taken
}

/** Where the place's upper left neighbour is in LUMA. */
@inline
export function gradientAt(place: i32): i32 {
  const y = place / PITCH
  return rowOf(LUMA, y) + place - y * PITCH - STRIDE - 1
}

@inline
export function dxOf(p: i32): i32 {
  return luma(p, 2, 0) - luma(p, 0, 0) + 2 * (luma(p, 2, 1) - luma(p, 0, 1)) + luma(p, 2, 2) - luma(p, 0, 2)
}

@inline
export function dyOf(p: i32): i32 {
  return luma(p, 0, 2) - luma(p, 0, 0) + 2 * (luma(p, 1, 2) - luma(p, 1, 0)) + luma(p, 2, 2) - luma(p, 2, 0)
}

@inline
function luma(p: i32, x: i32, y: i32): i32 {
  return load<u8>(p + y * STRIDE + x)
}
