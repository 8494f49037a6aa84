// The main object's border: core/features/largest-component.ts and main-object.ts. Sixteen pixels at a time are
// compared with the threshold; runs of foreground begin and end where neighbouring bits differ, and such places are
// listed four at a time, since how many a word has is anyone's guess. A run takes the label of the one that it
// touches above; labels of one component hang on its first. The border is walked as in core/, with all eight
// neighbours read at once and turned so that the first one asked for is the lowest bit.

import { ANSWER, FIRST, LABEL, LIST, LUMA, MARGIN, MARK, PARENT, PIXELS, rowOf, STRIDE } from './layout'

/** A diagonal step is 1 and this: exactly the root of 2. */
const MORE_DIAGONALLY: f64 = 1.4142135623730951 - 1

/** 0 where nothing is above the threshold; else ANSWER holds twice the area, the perimeter, the box's width and height. */
export function mainObject(width: i32, height: i32, threshold: i32): i32 {
  const start = largestComponent(width, height, threshold)
  if (start < 0) return 0
  walkBorder(start)
  return 1
}

/** Its first place in raster order; -1 where there is none. */
function largestComponent(width: i32, height: i32, threshold: i32): i32 {
  memory.fill(rowOf(MARK, -1) - MARGIN, 0, STRIDE)
  memory.fill(rowOf(MARK, height) - MARGIN, 0, STRIDE)
  const labels = labelRuns(listRuns(width, height, i8x16.splat(threshold as i8)))
  let best = -1
  let most = 0
  for (let label = 0; label < labels; label += 4) {
    const pixels = load<i32>(PIXELS + label)
    if (pixels <= most) continue
    best = label
    most = pixels
  }
  return best < 0 ? -1 : load<i32>(FIRST + best)
}

/** Marks the foreground, and lists its runs; returns the end of the list. */
function listRuns(width: i32, height: i32, threshold: v128): i32 {
  let list = LIST
  for (let y = 0; y < height; y++) {
    const row = rowOf(0, y)
    let before: u64 = 0
    for (let x = 0; x < width; x += 64) {
      const at = row + x
      const low = markForeground(at, threshold) | (markForeground(at + 16, threshold) << 16)
      const high = markForeground(at + 32, threshold) | (markForeground(at + 48, threshold) << 16)
      const word = (low | (high << 32)) & ((-1 as u64) >> max(x + 64 - width, 0))
      list = listPlaces(at, word ^ ((word << 1) | before), list)
      before = word >> 63
    }
    // A run to the end of the last word.
    store<i32>(list, row + width)
    list += (before as i32) << 2
    v128.store(MARK + row + width, i8x16.splat(0))
  }
  return list
}

/** Marks 16 pixels 1 or 0, and returns as bits which are in the foreground. */
@inline
function markForeground(at: i32, threshold: v128): u64 {
  const isBehind = i8x16.le_u(v128.load(LUMA + at), threshold)
  v128.store(MARK + at, i8x16.add(isBehind, i8x16.splat(1)))
  return (i8x16.bitmask(isBehind) ^ 0xffff) as u64
}

/** Lists the place of each bit; writes up to three words behind the list. */
@inline
function listPlaces(at: i32, bits: u64, list: i32): i32 {
  const end = list + ((popcnt(bits) as i32) << 2)
  do {
    for (let i = 0; i < 16; i += 4) {
      store<i32>(list + i, at + (ctz(bits) as i32))
      bits &= bits - 1
    }
    list += 16
  } while (bits !== 0)
  return end
}

/** Labels the listed runs, the labels being offsets of words; returns the first one not used. */
function labelRuns(end: i32): i32 {
  let labels = 0
  let above = LIST
  for (let here = LIST; here < end; here += 8) {
    const start = load<i32>(here)
    const stop = load<i32>(here, 4)
    while (load<i32>(above, 4) < start - STRIDE) above += 8
    let label = labels
    // A diagonal neighbour touches, so runs one pixel apart are joined.
    if (load<i32>(above) <= stop - STRIDE) {
      label = rootOf(labelOf(above))
      while (load<i32>(above, 8) <= stop - STRIDE) {
        above += 8
        label = join(label, rootOf(labelOf(above)))
      }
    } else {
      store<i32>(PARENT + label, label)
      store<i32>(PIXELS + label, 0)
      store<i32>(FIRST + label, start)
      labels += 4
    }
    store<i32>(LABEL + ((here - LIST) >> 1), label)
    store<i32>(PIXELS + label, load<i32>(PIXELS + label) + stop - start)
  }
  return labels
}

@inline
function labelOf(run: i32): i32 {
  return load<i32>(LABEL + ((run - LIST) >> 1))
}

@inline
function join(a: i32, b: i32): i32 {
  if (a === b) return a
  const kept = min(a, b)
  const gone = max(a, b)
  store<i32>(PARENT + gone, kept)
  store<i32>(PIXELS + kept, load<i32>(PIXELS + kept) + load<i32>(PIXELS + gone))
  store<i32>(PIXELS + gone, 0)
  return kept
}

@inline
function rootOf(label: i32): i32 {
  let up = load<i32>(PARENT + label)
  while (up !== label) {
    label = up
    up = load<i32>(PARENT + label)
  }
  return label
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
    perimeter += 1 + ((step & 1) as f64) * MORE_DIAGONALLY
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
  const above = (((load<u32>(MARK + at - STRIDE - 1) & 0x010101) * 0x10204) >> 11) & 0xe0
  const below = (((load<u32>(MARK + at + STRIDE - 1) & 0x010101) * 0x40201) >> 15) & 0xe
  const ring = above | below | load<u8>(MARK + at + 1) | ((load<u8>(MARK + at - 1) as u32) << 4)
  if (ring === 0) return -1
  const turned = (ring | (ring << 8)) >> (from & 7)
  return (ctz(turned) + from) & 7
}
