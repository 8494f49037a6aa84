// A weak ridge is an edge where a strong one reaches it through weak ones: core/features/edges/canny.ts, on bits. A row
// is four words of 64 pixels. Weak pixels that touch an edge become edges, and then those beside them; down and up
// the rows by turns until nothing grows, which takes three times on a photograph.

import { BITS, EDGES, WEAKS } from './layout'

export function growEdges(height: i32): void {
  const last = (height - 1) * BITS
  let isGrowing = true
  while (isGrowing) {
    isGrowing = false
    for (let row = 0; row <= last; row += BITS) isGrowing = growRow(row) || isGrowing
    if (!isGrowing) return
    isGrowing = false
    for (let row = last; row >= 0; row -= BITS) isGrowing = growRow(row) || isGrowing
  }
}

@inline
function growRow(row: i32): bool {
  const a = edgesNear(row)
  const b = edgesNear(row + 8)
  const c = edgesNear(row + 16)
  const d = edgesNear(row + 24)
  const inA = growWord(row, a | (a << 1) | (a >> 1) | (b << 63))
  const inB = growWord(row + 8, b | (b << 1) | (b >> 1) | (a >> 63) | (c << 63))
  const inC = growWord(row + 16, c | (c << 1) | (c >> 1) | (b >> 63) | (d << 63))
  const inD = growWord(row + 24, d | (d << 1) | (d >> 1) | (c >> 63))
  return inA || inB || inC || inD
}

/** Of this row and the two beside it. */
@inline
function edgesNear(word: i32): u64 {
  return load<u64>(EDGES + word - BITS) | load<u64>(EDGES + word) | load<u64>(EDGES + word + BITS)
}

@inline
function growWord(word: i32, reach: u64): bool {
  const weak = load<u64>(WEAKS + word)
  let grown = weak & reach
  if (grown === 0) return false
  let before: u64 = 0
  while (grown !== before) {
    before = grown
    grown |= ((grown << 1) | (grown >> 1)) & weak
  }
  store<u64>(WEAKS + word, weak & ~grown)
  store<u64>(EDGES + word, load<u64>(EDGES + word) | grown)
  return true
}
