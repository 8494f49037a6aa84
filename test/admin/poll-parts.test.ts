// The small parts by which many polls are answered with little work.

import { describe, expect, test } from 'vitest'
import { BoundedMap } from '#admin/device/bounded-map.ts'
import { inBatches } from '#admin/device/in-batches.ts'
import { inLanes } from '#admin/device/lanes.ts'

/** Something to await that a test ends by hand. */
function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('inBatches()', () => {
  test('asks once for all that came while it was asking, and never for one key twice', async () => {
    const asked: string[][] = []
    const first = gate()
    const ask = inBatches<string, string>(async (keys) => {
      asked.push([...keys])
      if (asked.length === 1) await first.opened
      return new Map(keys.map((key) => [key, key.toUpperCase()]))
    })
    const early = ask('a')
    await turn()
    const late = ['b', 'c', 'a', 'b'].map(ask)
    first.open()
    expect(await early).toBe('A')
    expect(await Promise.all(late)).toEqual(['B', 'C', 'A', 'B'])
    expect(asked).toEqual([['a'], ['b', 'c', 'a']])
  })

  test('never answers from a query that had begun before the question', async () => {
    let version = 0
    const first = gate()
    const ask = inBatches(async (keys) => {
      const seen = version
      if (seen === 0) await first.opened
      return new Map(keys.map((key) => [key, seen]))
    })
    const before = ask('a')
    await turn()
    version = 1
    const after = ask('a')
    first.open()
    expect([await before, await after]).toEqual([0, 1])
  })

  test('answers undefined for what is not there, and goes on after a failure', async () => {
    let isBroken = true
    const ask = inBatches<string, string>(async () => {
      if (isBroken) throw new Error('no connection')
      return new Map()
    })
    const failures = await Promise.allSettled([ask('a'), ask('b')])
    expect(failures.map((f) => f.status)).toEqual(['rejected', 'rejected'])
    isBroken = false
    expect(await ask('a')).toBeUndefined()
  })

  test('asks for a thousand at most', async () => {
    const sizes: number[] = []
    const ask = inBatches(async (keys) => {
      sizes.push(keys.length)
      return new Map(keys.map((key) => [key, true]))
    })
    const first = ask('first')
    await Promise.all(Array.from({ length: 1_500 }, (_, i) => ask(`key ${i}`)))
    await first
    expect(Math.max(...sizes)).toBe(1_000)
    expect(sizes.reduce((a, b) => a + b)).toBe(1_501)
  })
})

describe('inLanes()', () => {
  test('runs so many at once and the others in their order', async () => {
    const inLane = inLanes(2)
    const gates = Array.from({ length: 5 }, gate)
    const begun: number[] = []
    const all = gates.map((g, i) =>
      inLane(async () => {
        begun.push(i)
        await g.opened
        return i
      }, Infinity),
    )
    await turn()
    expect(begun).toEqual([0, 1])
    gates[1]!.open()
    await turn()
    expect(begun).toEqual([0, 1, 2])
    for (const g of gates) g.open()
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4])
    expect(begun).toEqual([0, 1, 2, 3, 4])
  })

  test('who has waited long enough leaves, and takes no lane with it', async () => {
    const inLane = inLanes(1)
    const first = gate()
    const running = inLane(() => first.opened, Infinity)
    let hasRun = false
    const impatient = inLane(async () => {
      hasRun = true
    }, 0)
    expect(await impatient).toBeUndefined()
    first.open()
    await running
    expect(await inLane(async () => 'free', 0)).toBe('free')
    expect(hasRun).toBe(false)
  })

  test('work that fails gives its lane back', async () => {
    const inLane = inLanes(1)
    await expect(
      inLane(async () => {
        throw new RangeError('wrong')
      }, Infinity),
    ).rejects.toThrow('wrong')
    expect(await inLane(async () => 1, 0)).toBe(1)
  })
})

test('a BoundedMap forgets what was not asked for the longest', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2])
})
