// A weak ridge is an edge where a strong one reaches it through weak ones: core/features/edges/canny.ts. Sixteen
// pixels at a time are asked for weak ones that touch an edge; from the few that do, weak ones are followed.

import { MARK, rowOf, STACK, STRIDE } from './layout'
import { marksAround, NEIGHBOURS, placeStep } from './neighbours'
import { EDGE, WEAK } from './ridges'

export function growEdges(width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const row = rowOf(MARK, y)
    for (let at = row; at < row + width; at += 16) {
      const marks = v128.load(at)
      if (!v128.any_true(marks)) continue
      const isWeak = i8x16.eq(marks, i8x16.splat(WEAK as i8))
      let seeds = i8x16.bitmask(v128.and(isWeak, touchesEdge(at)))
      while (seeds !== 0) {
        const seed = at + ctz(seeds)
        seeds &= seeds - 1
        if (load<u8>(seed) === WEAK) follow(seed)
      }
    }
  }
}

@inline
function touchesEdge(at: i32): v128 {
  const p = at - STRIDE - 1
  const above = v128.or(v128.or(v128.load(p), v128.load(p, 1)), v128.load(p, 2))
  const beside = v128.or(v128.load(p, STRIDE), v128.load(p, STRIDE + 2))
  const below = v128.or(
    v128.or(v128.load(p, 2 * STRIDE), v128.load(p, 2 * STRIDE + 1)),
    v128.load(p, 2 * STRIDE + 2),
  )
  return i8x16.ge_u(v128.or(v128.or(above, below), beside), i8x16.splat(EDGE as i8))
}

function follow(seed: i32): void {
  store<u8>(seed, EDGE)
  store<i32>(STACK, seed)
  let top = STACK + 4
  while (top > STACK) {
    top -= 4
    const at = load<i32>(top)
    let weak = marksAround(at - STRIDE - 1) & NEIGHBOURS
    while (weak !== 0) {
      const next = at + placeStep(ctz(weak))
      weak &= weak - 1
      store<u8>(next, EDGE)
      store<i32>(top, next)
      top += 4
    }
  }
}
