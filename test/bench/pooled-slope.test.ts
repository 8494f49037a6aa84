// What a soak concludes from: growth within lives is found although each life begins low again, and none is found where
// only the levels of lives differ.

import { expect, test } from 'vitest'
import { createRandom } from '#core/random.ts'
import { pooledSlope, quantileT } from '../../bench/soak/pooled-slope.ts'

const OPTIONS = { warmUpS: 60, stretchS: 30 }

/** 15 minutes each, a look every 5 s, with noise of one. */
function lives(level: (life: number) => number, perHour: number) {
  const random = createRandom(3)
  return [0, 1, 2, 3].map((life) =>
    Array.from({ length: 180 }, (_, i) => ({
      atS: life * 900 + i * 5,
      value: level(life) + (perHour * i * 5) / 3_600 + random() + random() - 1,
    })),
  )
}

test('pooledSlope() finds what grows within every life', () => {
  const slope = pooledSlope(
    lives(() => 100, 40),
    OPTIONS,
  )!
  expect(slope.lives).toBe(4)
  expect(slope.low).toBeGreaterThan(35)
  expect(slope.high).toBeLessThan(45)
  expect(slope.isGrowing).toBe(true)
})

test('pooledSlope() sees no growth in lives of different sizes', () => {
  const slope = pooledSlope(
    lives((life) => 100 + 50 * life, 0),
    OPTIONS,
  )!
  expect(Math.abs(slope.perHour)).toBeLessThan(2)
  expect(slope.isGrowing).toBe(false)
})

test('pooledSlope() leaves warm-up out', () => {
  const warming = lives(() => 100, 0).map((life) =>
    life.map((look, i) => ({ ...look, value: look.value - (i < 12 ? 80 : 0) })),
  )
  expect(pooledSlope(warming, OPTIONS)!.isGrowing).toBe(false)
})

test('pooledSlope() says nothing of lives that hardly outlive their warm-up', () => {
  expect(pooledSlope([lives(() => 1, 0)[0]!.slice(0, 20)], OPTIONS)).toBeUndefined()
})

test.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [5, 2.571],
  [18, 2.101],
  [100, 1.984],
])('quantileT(%i) is %f within 1 %', (free, t) => {
  expect(Math.abs(quantileT(free) / t - 1)).toBeLessThan(0.011)
})
