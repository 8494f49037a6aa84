// Selecting under limits and weights: who is left out and why, what each algorithm takes then, and refusals in words.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Expectations } from '#contract/results/expectations.ts'
import { SelectionResult } from '#contract/results/selection.ts'
import { reasonsAgainst } from '#core/select/reasons-against.ts'
import { selectPair } from '#core/select/select-pair.ts'
import { byWeightedSum } from '#core/select/weighted-sums.ts'
import { assume, candidate, reordered, someCandidates } from './candidate.ts'

const light = candidate('light', 30, '110000')
const middle = candidate('middle', 90, '111100')
const heavy = candidate('heavy', 400, '001111')
const all = [light, middle, heavy]

describe('Expectations', () => {
  it.each<[string, object, string]>([
    ['a share over 1', { accuracyMin: 1.01 }, 'accuracyMin'],
    ['a latency of nothing', { localLatencyMaxMs: 0 }, 'localLatencyMaxMs'],
    ['a latency without end', { edgeLatencyMaxMs: Number.POSITIVE_INFINITY }, 'edgeLatencyMaxMs'],
    ['energy below nothing', { localEnergyMaxJ: -1 }, 'localEnergyMaxJ'],
    ['energy that is none', { edgeEnergyMaxJ: Number.NaN }, 'edgeEnergyMaxJ'],
    ['half a byte', { memoryMaxBytes: 0.5 }, 'memoryMaxBytes'],
    ['a file beyond a tebibyte', { sizeMaxBytes: 2 ** 41 }, 'sizeMaxBytes'],
    ['a negative weight', { weights: { latency: -1 } }, 'weights.latency'],
    ['weights that weigh nothing', { weights: { latency: 0 } }, 'weights'],
    ['no weight at all', { weights: {} }, 'weights'],
  ])('refuse %s by its field', (_, input, field) => {
    const { error } = Expectations.safeParse(input)
    expect(error?.issues[0]?.path.join('.')).toBe(field)
  })
})

describe('reasonsAgainst()', () => {
  it.each<[string, 'local' | 'edge', Expectations, string[]]>([
    ['nothing where nothing is expected', 'local', {}, []],
    [
      'too few right on the local device',
      'local',
      { accuracyMin: 0.5 },
      ['top-1 on the local device is 33.3333 %, expected at least 50 %'],
    ],
    [
      'too slow on the local device',
      'local',
      { localLatencyMaxMs: 29.999 },
      ['mean latency on the local device is 30 ms, expected at most 29.999 ms'],
    ],
    [
      'too hungry on the local device',
      'local',
      { localEnergyMaxJ: 0.1 },
      ['energy on the local device is 0.3 J, expected at most 0.1 J'],
    ],
    [
      'too much memory',
      'local',
      { memoryMaxBytes: 29_999_999 },
      ['peak memory on the local device is 30000000 bytes, expected at most 29999999 bytes'],
    ],
    ['too large', 'local', { sizeMaxBytes: 1 }, ['file size is 3000000 bytes, expected at most 1 bytes']],
    [
      'too slow on the edge device',
      'edge',
      { edgeLatencyMaxMs: 2 },
      ['mean latency on the edge device is 3 ms, expected at most 2 ms'],
    ],
    [
      'too hungry on the edge device',
      'edge',
      { edgeEnergyMaxJ: 0.5 },
      ['energy on the edge device is 0.6 J, expected at most 0.5 J'],
    ],
    [
      'a figure that equals its limit keeps it',
      'local',
      { accuracyMin: 2 / 6, localLatencyMaxMs: 30, localEnergyMaxJ: 0.3, sizeMaxBytes: 3_000_000 },
      [],
    ],
    ['limits of the other role say nothing', 'edge', { accuracyMin: 1, localLatencyMaxMs: 1 }, []],
  ])('%s', (_, role, expectations, reasons) => {
    expect(reasonsAgainst(role, light, expectations)).toEqual(reasons)
  })

  it('tells every limit that is broken', () => {
    expect(reasonsAgainst('local', heavy, { localLatencyMaxMs: 1, sizeMaxBytes: 1 })).toHaveLength(2)
  })
})

describe('byWeightedSum()', () => {
  const row = (name: string, latencyMs: number, accuracy: number, energyJ: number) => ({
    name,
    latencyMs,
    accuracy,
    energyJ,
  })
  const rows = [row('a', 10, 0.5, 4), row('b', 20, 0.7, 3), row('c', 50, 0.9, 2)]

  it.each([
    ['latency alone', { latency: 3 }, { a: 0, b: 0.75, c: 3 }],
    ['accuracy alone', { accuracy: 1 }, { c: 0, b: 0.5, a: 1 }],
    ['all three', { latency: 1, accuracy: 2, energy: 4 }, { c: 1, b: 0.25 + 1 + 2, a: 6 }],
  ])('normalises each figure to 0..1 and adds up: %s', (_, weights, sums) => {
    const found = byWeightedSum(rows, weights)
    expect(found.map((c) => c.name)).toEqual(Object.keys(sums))
    for (const { name, sum } of found) expect(sum).toBeCloseTo(sums[name as keyof typeof sums], 12)
  })

  it.each([
    ['a single candidate has 0', [row('a', 10, 0.5, 4)], ['a']],
    ['ties go to the lower latency', [row('a', 20, 0.5, 4), row('b', 10, 0.5, 4)], ['b', 'a']],
    ['then to the first by name', [row('b', 10, 0.5, 4), row('a', 10, 0.5, 4)], ['a', 'b']],
  ])('%s', (_, tied, names) => {
    const found = byWeightedSum(tied, { energy: 1 })
    expect(found.map((c) => [c.name, c.sum])).toEqual(names.map((name) => [name, 0]))
  })
})

describe('selectPair() with expectations', () => {
  it('algorithm 1 takes the fastest that is accurate enough, algorithm 2 the best that is fast enough', () => {
    const expectations = { accuracyMin: 0.5, edgeLatencyMaxMs: 40 }
    const result = selectPair(all, { expectations })
    expect(SelectionResult.parse(result)).toEqual(result)
    expect(result).toMatchObject({
      ok: true,
      expectations,
      localModelId: 'id-middle',
      candidates: [{ name: 'light', reasonsAgainstLocal: [expect.stringContaining('33.3333 %')] }, {}, {}],
    })
  })

  it('tells who was left out, and that the choice was among the admissible', () => {
    expect(selectPair(all, { expectations: { accuracyMin: 0.5 } }).reasons).toEqual([
      '"middle" has the least mean latency on the local device of the admissible candidates: 90.0 ms (algorithm 1).',
      '"heavy" is right on most of the 2 images that it fails: 2, 100.0 % (algorithm 2).',
      'Not as the local model, "light": top-1 on the local device is 33.3333 %, expected at least 50 %.',
    ])
  })

  it.each<[string, Expectations, string[]]>([
    [
      'nobody may be the local model',
      { localLatencyMaxMs: 1 },
      [
        'No pair: none of the 3 candidates is admissible as the local model.',
        'Not as the local model, "heavy": mean latency on the local device is 400 ms, expected at most 1 ms.',
        'Not as the local model, "light": mean latency on the local device is 30 ms, expected at most 1 ms.',
        'Not as the local model, "middle": mean latency on the local device is 90 ms, expected at most 1 ms.',
      ],
    ],
    [
      'nobody else may be the edge model',
      { edgeEnergyMaxJ: 1 },
      [
        'No pair: none of the 2 candidates is admissible as the edge model.',
        'Not as the edge model, "heavy": energy on the edge device is 8 J, expected at most 1 J.',
        'Not as the edge model, "middle": energy on the edge device is 1.8 J, expected at most 1 J.',
      ],
    ],
  ])('%s is an answer that says what to loosen', (_, expectations, reasons) => {
    const result = selectPair(all, { expectations, assumption: assume('oracle') })
    expect(SelectionResult.safeParse(result).success).toBe(true)
    expect(result).toMatchObject({ ok: false, reasons })
    // Of the six pairs none is admissible in the first case; in the second those with "light" at the edge are.
    expect(result.front?.filter((pair) => pair.isAdmissible).map((pair) => pair.edge)).toEqual(
      expectations.edgeEnergyMaxJ === undefined ? [] : ['light', 'light'],
    )
  })

  it('weights take the place of both criteria, and their sums are told', () => {
    const result = selectPair(all, { expectations: { weights: { latency: 1, accuracy: 3 } } })
    // Local: light 0 + 3, middle 60/370 + 0, heavy 1 + 0. Edge, on the two failures of "middle": light has none.
    expect(result).toMatchObject({ ok: true, localModelId: 'id-middle', edgeModelId: 'id-heavy' })
    const sums = result.candidates.map((c) => [c.localWeightedSum, c.edgeWeightedSum])
    expect(sums).toEqual([
      [3, undefined],
      [60 / 370, undefined],
      [1, 0],
    ])
    expect(result.reasons).toEqual([
      '"middle" has the least weighted sum on the local device: 0.162 (algorithm 1 with accuracy x 3, latency x 1).',
      '"heavy" has the least weighted sum of the others: 0.000; of the 2 images that "middle" fails it is right on 2, 100.0 % (algorithm 2 with accuracy x 3, latency x 1).',
    ])
  })

  it('weights on latency alone prefer a fast edge model to an accurate one', () => {
    const expectations = { weights: { latency: 1 } }
    expect(selectPair(all)).toMatchObject({ localModelId: 'id-light', edgeModelId: 'id-heavy' })
    expect(selectPair(all, { expectations })).toMatchObject({
      localModelId: 'id-light',
      edgeModelId: 'id-middle',
    })
  })

  const wishes = fc.record(
    {
      accuracyMin: fc.double({ min: 0, max: 1, noNaN: true }),
      localLatencyMaxMs: fc.integer({ min: 1, max: 25 }),
      edgeLatencyMaxMs: fc.integer({ min: 1, max: 25 }),
      localEnergyMaxJ: fc.double({ min: 0.05, max: 3, noNaN: true }),
      edgeEnergyMaxJ: fc.double({ min: 0.05, max: 3, noNaN: true }),
      weights: fc.record({ latency: fc.integer({ min: 1, max: 3 }), accuracy: fc.nat(3), energy: fc.nat(3) }),
    },
    { requiredKeys: [] },
  )

  it('the pair keeps every limit, and a refusal has words', () => {
    fc.assert(
      fc.property(someCandidates, wishes, (candidates, expectations) => {
        const result = selectPair(candidates, { expectations })
        if (!result.ok) {
          expect(result.reasons[0]).toMatch(/^No pair: /)
          return
        }
        const of = (id: string) => result.candidates.find((c) => c.modelId === id)!
        const [local, edge] = [of(result.localModelId), of(result.edgeModelId)]
        expect(local).not.toBe(edge)
        expect(local.localTop1).toBeGreaterThanOrEqual(expectations.accuracyMin ?? 0)
        expect(local.localLatencyMeanMs).toBeLessThanOrEqual(expectations.localLatencyMaxMs ?? 99)
        expect(edge.edgeLatencyMeanMs).toBeLessThanOrEqual(expectations.edgeLatencyMaxMs ?? 99)
        expect(local.localEnergyJ).toBeLessThanOrEqual(expectations.localEnergyMaxJ ?? 99)
        expect(edge.edgeEnergyJ).toBeLessThanOrEqual(expectations.edgeEnergyMaxJ ?? 99)
        expect(edge.top1OnLocalFailures).toBeGreaterThan(0)
      }),
    )
  })

  it('neither the order of images nor that of candidates plays a part', () => {
    const orders = someCandidates.chain((candidates) =>
      fc.record({
        candidates: fc.constant(candidates),
        other: fc.shuffledSubarray(candidates, { minLength: candidates.length }),
        order: fc.shuffledSubarray([...candidates[0]!.right.keys()], {
          minLength: candidates[0]!.right.length,
        }),
      }),
    )
    fc.assert(
      fc.property(
        orders,
        wishes,
        fc.constantFrom('oracle', 'random', 'confidence'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ candidates, other, order }, expectations, router, share) => {
          const wish = { expectations, assumption: assume(router, share) }
          const byName = (result: SelectionResult) => ({
            ...result,
            candidates: result.candidates.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
          })
          expect(byName(selectPair(reordered(other, order), wish))).toEqual(
            byName(selectPair(candidates, wish)),
          )
        },
      ),
    )
  })
})
