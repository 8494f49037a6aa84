// Algorithms 1 and 2 on figures that can be followed by eye, in any order of candidates; selections stored by older builds
// still read.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SelectionResult } from '#contract/results/selection.ts'
import { bestOnFailures } from '#core/select/best-on-failures.ts'
import { fastestLocal } from '#core/select/fastest-local.ts'
import { selectPair } from '#core/select/select-pair.ts'
import { candidate } from './candidate.ts'

const light = candidate('light', 30, '110000')
const middle = candidate('middle', 90, '111100')
const heavy = candidate('heavy', 400, '001111')

it('SelectionResult still reads selections that were stored before expectations and fronts were', () => {
  const stored = {
    ok: false,
    images: 4,
    candidates: [
      {
        modelId: 'mdl_1',
        name: 'light',
        localLatencyMeanMs: 10,
        localEnergyJ: 0.4,
        edgeLatencyMeanMs: 1,
        edgeEnergyJ: 0.4,
        top1: 0.6,
        top1OnLocalFailures: null,
        localJob: 'job_1',
      },
    ],
    reasons: ['No pair: there are 1 candidates, expected at least 2.'],
  }
  const { localJob: _, ...candidate } = stored.candidates[0]!
  expect(SelectionResult.parse(stored)).toEqual({ ...stored, candidates: [candidate] })
})

describe('fastestLocal()', () => {
  it.each([
    ['the least mean latency', [heavy, light, middle], 'light'],
    ['ties by name', [candidate('b', 5, '1'), candidate('a', 5, '1')], 'a'],
    ['nobody', [], undefined],
  ])('%s', (_, candidates, name) => {
    expect(fastestLocal(candidates)?.name).toBe(name)
  })
})

describe('bestOnFailures()', () => {
  const failing = Uint8Array.from('1100', Number)
  it.each([
    ['most right where the local model fails', [candidate('a', 10, '1110'), candidate('b', 90, '0011')], 'b'],
    [
      'what it gets right elsewhere does not count',
      [candidate('a', 10, '1110'), candidate('b', 90, '0001')],
      'a',
    ],
    ['ties go to the lower edge latency', [candidate('a', 90, '0010'), candidate('b', 10, '0001')], 'b'],
    ['then to the first name', [candidate('b', 10, '0010'), candidate('a', 10, '0001')], 'a'],
    ['nobody right on any failure', [candidate('a', 10, '1100')], undefined],
    ['nobody else', [], undefined],
  ])('%s', (_, others, name) => {
    expect(bestOnFailures(others, failing)?.name).toBe(name)
  })
})

describe('selectPair()', () => {
  it('answers with the pair, every figure and reasons', () => {
    const result = selectPair([heavy, middle, light])
    expect(SelectionResult.parse(result)).toEqual(result)
    expect(result).toMatchObject({
      ok: true,
      images: 6,
      localModelId: 'id-light',
      edgeModelId: 'id-heavy',
      shares: { bothRight: 0, onlyEdgeRight: 4 / 6, onlyLocalRight: 2 / 6, bothWrong: 0 },
      candidates: [
        { name: 'heavy', top1: 4 / 6, top1OnLocalFailures: 1 },
        { name: 'middle', top1: 4 / 6, top1OnLocalFailures: 0.5 },
        { name: 'light', top1: 2 / 6, top1OnLocalFailures: null },
      ],
      reasons: [
        '"light" has the least mean latency on the local device: 30.0 ms (algorithm 1).',
        '"heavy" is right on most of the 4 images that it fails: 4, 100.0 % (algorithm 2).',
      ],
    })
  })

  it('judges the local model on its own device', () => {
    const drifted = { ...light, localRight: Uint8Array.from('111100', Number) }
    expect(selectPair([drifted, heavy])).toMatchObject({
      shares: { bothRight: 2 / 6, onlyLocalRight: 2 / 6, onlyEdgeRight: 2 / 6 },
      candidates: [{ top1: 4 / 6 }, {}],
    })
  })

  it.each([
    ['no candidates', [], 'No pair: there are 0 candidates, expected at least 2.'],
    ['one candidate', [light], 'No pair: there are 1 candidates, expected at least 2.'],
    [
      'a local model without failures',
      [candidate('light', 1, '11'), candidate('heavy', 9, '11')],
      'No pair: "light", the local model, is right on all 2 images and needs no edge.',
    ],
    [
      'nobody right on any failure',
      [light, candidate('heavy', 400, '110000')],
      'No pair: no other candidate is right on any of the 4 images "light" fails.',
    ],
  ])('%s is an answer, not an error', (_, candidates, reason) => {
    const result = selectPair(candidates)
    expect(SelectionResult.safeParse(result).success).toBe(true)
    expect(result).toMatchObject({ ok: false, reasons: [reason] })
  })

  it('selects the same from candidates in another order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([light, middle, heavy], { minLength: 3 }), (candidates) => {
        expect(selectPair(candidates)).toMatchObject({ localModelId: 'id-light', edgeModelId: 'id-heavy' })
      }),
    )
  })

  it('refuses candidates that were profiled on different data sets', () => {
    expect(() => selectPair([light, candidate('heavy', 400, '0011')])).toThrow(/expected the same data set/)
  })
})
