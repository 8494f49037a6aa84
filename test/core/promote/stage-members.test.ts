// Which devices a stage holds: as many as were asked for, always the same, and never fewer in a larger share.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutFor, isReached, placeOf } from '#core/promote/stage-members.ts'
import { stageOf } from './rollout-fixtures.ts'

const fleet = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `dev_${i}`, name: `pi-${i}` }))

function reached(shares: readonly number[], devices: ReturnType<typeof fleet>, rolloutId = 'rol_1') {
  const stages = shares.map((share) => stageOf({ share }))
  const cuts = stages.map((stage) => cutFor(stage, rolloutId, devices))
  return devices.filter((d) => isReached({ stages, cuts, rolloutId }, 'field', d)).map((d) => d.name)
}

describe('a stage', () => {
  test.each([
    [0.1, 30, 3],
    [0.1, 31, 4],
    [0.5, 4, 2],
    [0.01, 3, 1],
    [1, 7, 7],
    [0.3, 1, 1],
  ])('of share %d of %d devices holds %d', (share, count, expected) => {
    expect(reached([share], fleet(count))).toHaveLength(expected)
  })

  test('of a larger share holds all of a smaller one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (a, b, count) => {
          const [small, large] = [Math.min(a, b), Math.max(a, b)]
          const inLarge = new Set(reached([large], fleet(count)))
          for (const name of reached([small], fleet(count))) expect(inLarge).toContain(name)
        },
      ),
    )
  })

  test('never loses a device to one that joins later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (count, joining) => {
        const stages = [stageOf({ share: 0.3 })]
        const cuts = [cutFor(stages[0]!, 'rol_1', fleet(count))]
        const of = (n: number) =>
          fleet(n).filter((d) => isReached({ stages, cuts, rolloutId: 'rol_1' }, 'field', d))
        const before = of(count)
        expect(of(count + joining).slice(0, before.length)).toEqual(before)
      }),
    )
  })

  test('takes about its share of those that join later', () => {
    const stages = [stageOf({ share: 0.25 })]
    const cuts = [cutFor(stages[0]!, 'rol_1', fleet(400))]
    const late = Array.from({ length: 4_000 }, (_, i) => ({ id: `dev_late_${i}`, name: '' }))
    const share =
      late.filter((d) => isReached({ stages, cuts, rolloutId: 'rol_1' }, 'field', d)).length / 4_000
    expect(share).toBeGreaterThan(0.19)
    expect(share).toBeLessThan(0.31)
  })

  test('of another rollout meets other devices first', () => {
    const first = [1, 2, 3, 4].map((n) => reached([0.1], fleet(20), `rol_${n}`).join())
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  test('of names holds those, and the stages after it keep them', () => {
    const stages = [stageOf({ devices: ['pi-3', 'pi-5'] }), stageOf({ share: 0.1 })]
    const rolloutId = 'rol_1'
    const cuts = stages.map((stage) => cutFor(stage, rolloutId, fleet(10)))
    const at = (count: number) =>
      fleet(10)
        .filter((d) => isReached({ stages, cuts: cuts.slice(0, count), rolloutId }, 'field', d))
        .map((d) => d.name)
    expect(at(0)).toEqual([])
    expect(at(1)).toEqual(['pi-3', 'pi-5'])
    expect(at(2)).toEqual(expect.arrayContaining(['pi-3', 'pi-5']))
  })

  test('of another group holds nobody here', () => {
    const stages = [stageOf({ group: 'elsewhere' })]
    expect(isReached({ stages, cuts: [1], rolloutId: 'rol_1' }, 'field', fleet(1)[0]!)).toBe(false)
  })
})

test('places are spread evenly, also of ids that differ in one digit', () => {
  const tenths = Array(10).fill(0)
  for (const { id } of fleet(10_000)) tenths[Math.floor(placeOf('rol_1', id) * 10)]++
  for (const count of tenths) {
    expect(count).toBeGreaterThan(850)
    expect(count).toBeLessThan(1_150)
  }
})
