// The main object's border: core/features/largest-component.ts and main-object.ts. Sixteen pixels at a time are
// compared with the threshold, and a row of foreground is four words of bits, in which runs begin and end where
// neighbours differ. Joining the runs and walking the border are done as there, the walk with all eight neighbours read
// at once and turned so that the first one asked for is the lowest bit.

import { ANSWER, LIST, LUMA, MARGIN, MARK, PARENT, PIXELS, rowOf, SIDE, STRIDE } from './layout'

/** 0 where nothing is above the threshold; else ANSWER holds twice the area, the perimeter, the box's width and height. */
export function mainObject(width: i32, height: i32, threshold: i32): i32 {
  const start = largestComponent(width, height, threshold)
  if (start < 0) return 0
  walkBorder(start)
  return 1
}

function largestComponent(width: i32, height: i32, threshold: i32): i32 {
  memory.fill(rowOf(MARK, -1) - MARGIN, 0, STRIDE)
  memory.fill(rowOf(MARK, height) - MARGIN, 0, STRIDE)
  let above = 0
  let here = 0
  for (let y = 0; y < height; y++) {
    markForeground(y, width, threshold)
    const next = listRuns(y, here)
    joinRows(above, here, next)
    above = here
    here = next
  }
  let best = -1
  let most = 0
  for (let run = 0; run < here; run++) {
    const pixels = load<i32>(PIXELS + 4 * run)
    if (pixels <= most || load<i32>(PARENT + 4 * run) !== run) continue
    best = run
    most = pixels
  }
  return best < 0 ? -1 : load<i32>(LIST + 8 * best)
}

/** Marks are 1 in the foreground, and 0 in the rest of the row and behind it. */
function markForeground(y: i32, width: i32, threshold: i32): void {
  const from = rowOf(LUMA, y)
  const to = rowOf(MARK, y)
  const least = i8x16.splat(threshold as i8)
  const one = i8x16.splat(1)
  for (let x = 0; x < width; x += 16) v128.store(to + x, v128.and(i8x16.gt_u(v128.load(from + x), least), one))
  for (let x = width; x < STRIDE; x += 16) v128.store(to + x, i8x16.splat(0))
}

/** Lists the row's runs from run `from` on; returns how many runs there are now. */
function listRuns(y: i32, from: i32): i32 {
  const row = rowOf(MARK, y)
  const place = rowOf(0, y)
  let list = LIST + 8 * from
  let before: u64 = 0
  for (let x = 0; x < SIDE; x += 64) {
    const at = row + x
    const word = bitsOf(at) | (bitsOf(at + 16) << 16) | (bitsOf(at + 32) << 32) | (bitsOf(at + 48) << 48)
    let borders = word ^ ((word << 1) | before)
    before = word >> 63
    while (borders !== 0) {
      store<i32>(list, place + x + (ctz(borders) as i32))
      list += 4
      borders &= borders - 1
    }
  }
  store<i32>(list, place + SIDE)
  const count = (list - LIST + 4) >> 3
  for (let run = from; run < count; run++) {
    store<i32>(PARENT + 4 * run, run)
    store<i32>(PIXELS + 4 * run, load<i32>(LIST + 8 * run, 4) - load<i32>(LIST + 8 * run))
  }
  return count
}

@inline
function bitsOf(at: i32): u64 {
  return i8x16.bitmask(i8x16.ne(v128.load(at), i8x16.splat(0))) as u64
}

/** Joins the runs of one row, above..here - 1, with those of the next, here..next - 1, where they touch. */
function joinRows(above: i32, here: i32, next: i32): void {
  let i = above
  let j = here
  while (i < here && j < next) {
    const start = load<i32>(LIST + 8 * i) + STRIDE
    const end = load<i32>(LIST + 8 * i, 4) + STRIDE
    const otherEnd = load<i32>(LIST + 8 * j, 4)
    // A diagonal neighbour touches, so runs one pixel apart are joined.
    if (end >= load<i32>(LIST + 8 * j) && otherEnd >= start) join(i, j)
    const isFirst = i32(end < otherEnd)
    i += isFirst
    j += 1 - isFirst
  }
}

function join(a: i32, b: i32): void {
  const rootA = rootOf(a)
  const rootB = rootOf(b)
  if (rootA === rootB) return
  const kept = 4 * min(rootA, rootB)
  const gone = 4 * max(rootA, rootB)
  store<i32>(PARENT + gone, kept >> 2)
  store<i32>(PIXELS + kept, load<i32>(PIXELS + kept) + load<i32>(PIXELS + gone))
}

@inline
function rootOf(run: i32): i32 {
  let at = run
  let up = load<i32>(PARENT + 4 * at)
  while (up !== at) {
    const next = load<i32>(PARENT + 4 * up)
    store<i32>(PARENT + 4 * at, next)
    at = next
    up = load<i32>(PARENT + 4 * at)
  }
  return at
}

/** `start` is the component's first pixel in raster order. */
function walkBorder(start: i32): void {
  let at = start
  let x = 0
  let y = 0
  let left = 0
  let right = 0
  let bottom = 0
  let perimeter: f64 = 0
  let twiceArea = 0
  let firstStep = -1
  let step = nextStep(at, 7)
  while (step >= 0) {
    // Jacob's criterion: the walk is closed when it leaves the first pixel as it did at first.
    if (at === start) {
      if (step === firstStep) break
      if (firstStep < 0) firstStep = step
    }
    // Clockwise from the right; two bits each, of step + 1.
    const dx = ((0x901a >> (step << 1)) & 3) - 1
    const dy = ((0x01a9 >> (step << 1)) & 3) - 1
    perimeter += (step & 1) === 1 ? 1.4142135623730951 : 1
    twiceArea += x * (y + dy) - (x + dx) * y
    at += dy * STRIDE + dx
    x += dx
    y += dy
    left = min(left, x)
    right = max(right, x)
    bottom = max(bottom, y)
    step = nextStep(at, step + ((step & 1) === 1 ? 6 : 7))
  }
  store<f64>(ANSWER, twiceArea as f64)
  store<f64>(ANSWER, perimeter, 8)
  store<f64>(ANSWER, (right - left + 1) as f64, 16)
  store<f64>(ANSWER, (bottom + 1) as f64, 24)
}

/** The first foreground neighbour, clockwise from direction `from`; -1 for a lone pixel. */
@inline
function nextStep(at: i32, from: i32): i32 {
  // Three bytes become three neighbouring bits by one product: 5 to 7 from left to right, or 3 to 1.
  const above = ((((load<u32>(MARK + at - STRIDE - 1) & 0x010101) * 0x10204) >> 16) & 7) << 5
  const below = ((((load<u32>(MARK + at + STRIDE - 1) & 0x010101) * 0x40201) >> 16) & 7) << 1
  const ring = above | below | load<u8>(MARK + at + 1) | ((load<u8>(MARK + at - 1) as u32) << 4)
  if (ring === 0) return -1
  const turned = (ring | (ring << 8)) >> (from & 7)
  return (ctz(turned) + from) & 7
}
