// FAST-9/16 corners of 16 pixels at a time: core/features/fast-corners.ts, in lanes. A pixel's score is had without
// looking for arcs: of the 16 arcs of nine neighbours, take each one's darkest, and of these the brightest; what it
// has over the centre is the score, and likewise for darker arcs. Two arcs that begin side by side share eight of
// their nine, so the extremes are found in 47 instructions each. They are only looked for where the neighbours
// straight above, below, left and right leave a corner possible, which is every other block of 16; asking the
// diagonal ones as well does not pay. Blocks are listed without a branch, for one that is guessed wrong costs a
// third of a block.

import { LIST, LUMA, rowOf, SCORE, STRIDE } from './layout'

const THRESHOLD: i8 = 20
const RADIUS: i32 = 3

/** How many score more than each of their eight neighbours. */
export function corners(width: i32, height: i32): i32 {
  if (width < 2 * RADIUS + 1 || height < 2 * RADIUS + 1) return 0
  // Scores are 0 around those that are written, or were when the memory was new.
  memory.fill(rowOf(SCORE, RADIUS - 1) - RADIUS, 0, STRIDE)
  memory.fill(rowOf(SCORE, height - RADIUS) - RADIUS, 0, STRIDE)
  const end = scoreListed(listCandidates(width, height))
  for (let y = RADIUS; y < height - RADIUS; y++) v128.store(rowOf(SCORE, y) + width - RADIUS, i8x16.splat(0))
  let count = 0
  for (let i = LIST; i < end; i += 4) count += maxima(SCORE + load<i32>(i))
  return count
}

/** Lists where blocks begin that may have corners, and sets all scores to 0; returns the end of the list. */
function listCandidates(width: i32, height: i32): i32 {
  let end = LIST
  for (let y = RADIUS; y < height - RADIUS; y++) {
    const row = rowOf(0, y)
    for (let x = RADIUS; x < width - RADIUS; x += 16) {
      v128.store(SCORE + row + x, i8x16.splat(0))
      store<i32>(end, row + x)
      end += i32(mayHaveCorners(LUMA + row + x)) << 2
    }
  }
  return end
}

/** Writes the listed blocks' scores, and keeps in the list those that have any; returns its new end. */
function scoreListed(end: i32): i32 {
  let kept = LIST
  for (let i = LIST; i < end; i += 4) {
    const at = load<i32>(i)
    const score = scores(LUMA + at)
    v128.store(SCORE + at, score)
    store<i32>(kept, at)
    kept += i32(v128.any_true(score)) << 2
  }
  return kept
}

@inline
function mayHaveCorners(at: i32): bool {
  const p = at - RADIUS * STRIDE - RADIUS
  const centre = near(p, 0, 0)
  const above = near(p, 0, -3)
  const below = near(p, 0, 3)
  const left = near(p, -3, 0)
  const right = near(p, 3, 0)
  const brightest = darker(brighter(above, below), brighter(left, right))
  const darkest = brighter(darker(above, below), darker(left, right))
  const isOver = i8x16.sub_sat_u(brightest, i8x16.add_sat_u(centre, i8x16.splat(THRESHOLD)))
  const isUnder = i8x16.sub_sat_u(i8x16.sub_sat_u(centre, i8x16.splat(THRESHOLD)), darkest)
  return v128.any_true(v128.or(isOver, isUnder))
}

/** By how much more than the threshold each pixel is a corner: 0 where it is none. */
@inline
function scores(at: i32): v128 {
  const p = at - RADIUS * STRIDE - RADIUS
  const centre = near(p, 0, 0)
  const r0 = near(p, 0, 3)
  const r1 = near(p, 1, 3)
  const r2 = near(p, 2, 2)
  const r3 = near(p, 3, 1)
  const r4 = near(p, 3, 0)
  const r5 = near(p, 3, -1)
  const r6 = near(p, 2, -2)
  const r7 = near(p, 1, -3)
  const r8 = near(p, 0, -3)
  const r9 = near(p, -1, -3)
  const r10 = near(p, -2, -2)
  const r11 = near(p, -3, -1)
  const r12 = near(p, -3, 0)
  const r13 = near(p, -3, 1)
  const r14 = near(p, -2, 2)
  const r15 = near(p, -1, 3)
  // Pairs from the odd places on, fours of them, and eights: r1 to r8, r3 to r10, and so on.
  let p1 = darker(r1, r2)
  let p3 = darker(r3, r4)
  let p5 = darker(r5, r6)
  let p7 = darker(r7, r8)
  let p9 = darker(r9, r10)
  let p11 = darker(r11, r12)
  let p13 = darker(r13, r14)
  let p15 = darker(r15, r0)
  let q1 = darker(p1, p3)
  let q3 = darker(p3, p5)
  let q5 = darker(p5, p7)
  let q7 = darker(p7, p9)
  let q9 = darker(p9, p11)
  let q11 = darker(p11, p13)
  let q13 = darker(p13, p15)
  let q15 = darker(p15, p1)
  // An eight and either of its two neighbours make an arc.
  let bright = darker(darker(q1, q5), brighter(r0, r9))
  bright = brighter(bright, darker(darker(q3, q7), brighter(r2, r11)))
  bright = brighter(bright, darker(darker(q5, q9), brighter(r4, r13)))
  bright = brighter(bright, darker(darker(q7, q11), brighter(r6, r15)))
  bright = brighter(bright, darker(darker(q9, q13), brighter(r8, r1)))
  bright = brighter(bright, darker(darker(q11, q15), brighter(r10, r3)))
  bright = brighter(bright, darker(darker(q13, q1), brighter(r12, r5)))
  bright = brighter(bright, darker(darker(q15, q3), brighter(r14, r7)))
  p1 = brighter(r1, r2)
  p3 = brighter(r3, r4)
  p5 = brighter(r5, r6)
  p7 = brighter(r7, r8)
  p9 = brighter(r9, r10)
  p11 = brighter(r11, r12)
  p13 = brighter(r13, r14)
  p15 = brighter(r15, r0)
  q1 = brighter(p1, p3)
  q3 = brighter(p3, p5)
  q5 = brighter(p5, p7)
  q7 = brighter(p7, p9)
  q9 = brighter(p9, p11)
  q11 = brighter(p11, p13)
  q13 = brighter(p13, p15)
  q15 = brighter(p15, p1)
  let dark = brighter(brighter(q1, q5), darker(r0, r9))
  dark = darker(dark, brighter(brighter(q3, q7), darker(r2, r11)))
  dark = darker(dark, brighter(brighter(q5, q9), darker(r4, r13)))
  dark = darker(dark, brighter(brighter(q7, q11), darker(r6, r15)))
  dark = darker(dark, brighter(brighter(q9, q13), darker(r8, r1)))
  dark = darker(dark, brighter(brighter(q11, q15), darker(r10, r3)))
  dark = darker(dark, brighter(brighter(q13, q1), darker(r12, r5)))
  dark = darker(dark, brighter(brighter(q15, q3), darker(r14, r7)))
  const score = brighter(i8x16.sub_sat_u(bright, centre), i8x16.sub_sat_u(centre, dark))
  return i8x16.sub_sat_u(score, i8x16.splat(THRESHOLD))
}

/** Of sixteen scores, how many are over all eight around them. */
@inline
function maxima(at: i32): i32 {
  const score = v128.load(at)
  const p = at - STRIDE - 1
  const above = brighter(brighter(v128.load(p), v128.load(p, 1)), v128.load(p, 2))
  const beside = brighter(v128.load(p, STRIDE), v128.load(p, STRIDE + 2))
  const below = brighter(
    brighter(v128.load(p, 2 * STRIDE), v128.load(p, 2 * STRIDE + 1)),
    v128.load(p, 2 * STRIDE + 2),
  )
  return popcnt(i8x16.bitmask(i8x16.gt_u(score, brighter(brighter(above, below), beside))))
}

/** The neighbours of sixteen pixels at (x, y) from them; p is where those at (-3, -3) are. */
@inline
function near(p: i32, x: i32, y: i32): v128 {
  return v128.load(p + (y + RADIUS) * STRIDE + x + RADIUS)
}

@inline
function darker(a: v128, b: v128): v128 {
  return i8x16.min_u(a, b)
}

@inline
function brighter(a: v128, b: v128): v128 {
  return i8x16.max_u(a, b)
}
