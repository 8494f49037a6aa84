// Seeded chance repeats itself and never changes: routers name their seeds for ever.

import { expect, it } from 'vitest'
import { createRandom, randomInteger, shuffle } from '#core/random.ts'

const draw = (random: () => number, count: number) => Array.from({ length: count }, random)

it('createRandom() repeats itself for the same seed and stream, and for no other', () => {
  expect(draw(createRandom(5), 20)).toEqual(draw(createRandom(5), 20))
  const firsts = [0, 1, 2, 3].flatMap((seed) => [0, 1, 2].map((stream) => createRandom(seed, stream)()))
  expect(new Set(firsts).size).toBe(12)
})

it('createRandom() never changes: routers name their seeds for ever', () => {
  expect(draw(createRandom(1), 3).map((value) => value * 2 ** 32)).toEqual([
    1076741236, 1248366198, 2062041478,
  ])
})

it('createRandom() is even enough', () => {
  const random = createRandom(9)
  const counts = new Int32Array(10)
  for (let i = 0; i < 100_000; i++) counts[randomInteger(random, 10)]!++
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

it('shuffle() keeps every item', () => {
  const items = Int32Array.from({ length: 50 }, (_, i) => i)
  shuffle(items, createRandom(3))
  expect([...items]).not.toEqual([...items].sort((a, b) => a - b))
  expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
})
