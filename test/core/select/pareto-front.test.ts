// The Pareto front is what its definition says, whatever the candidates; figures of a pair hold for the devices where its
// models would run.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PairCandidate } from '#core/select/pair-candidate.ts'
import { pairFigures } from '#core/select/pair-figures.ts'
import { paretoFront } from '#core/select/pareto-front.ts'
import { assume, candidate, someCandidates } from './candidate.ts'

const pair = (local: string, top1: number, deviceEnergyJ: number, latencyMeanMs: number) => ({
  local,
  edge: 'edge',
  top1,
  deviceEnergyJ,
  latencyMeanMs,
})
type Pair = ReturnType<typeof pair>
const marks = (pairs: readonly Pair[]) => paretoFront(pairs).map((p) => [p.local, p.isDominated])

describe('paretoFront()', () => {
  it.each<[string, Pair[], [string, boolean][]]>([
    ['no pairs', [], []],
    ['one pair', [pair('a', 0.5, 1, 9)], [['a', false]]],
    [
      'better in one figure and equal in two dominates',
      [pair('a', 0.5, 1, 9), pair('b', 0.5, 1, 8)],
      [
        ['b', false],
        ['a', true],
      ],
    ],
    [
      'better in one and worse in another does not',
      [pair('a', 0.5, 1, 9), pair('b', 0.6, 2, 9)],
      [
        ['b', false],
        ['a', false],
      ],
    ],
    [
      'equals do not dominate each other',
      [pair('b', 0.5, 1, 9), pair('a', 0.5, 1, 9)],
      [
        ['a', false],
        ['b', false],
      ],
    ],
    [
      'the front comes first, by accuracy',
      [pair('bad', 0.7, 5, 50), pair('light', 0.5, 1, 9), pair('good', 0.8, 4, 40), pair('fair', 0.6, 2, 20)],
      [
        ['good', false],
        ['fair', false],
        ['light', false],
        ['bad', true],
      ],
    ],
  ])('%s', (_, pairs, expected) => {
    expect(marks(pairs)).toEqual(expected)
  })

  const coarse = fc.nat(4)
  const points = fc
    .array(fc.tuple(coarse, coarse, coarse), { maxLength: 20 })
    .map((all) => all.map(([top1, energy, latency], i) => pair(`m${i}`, top1 / 4, energy, latency)))

  it('is what the definition says', () => {
    const isBetter = (a: Pair, b: Pair) => {
      const gains = [a.top1 - b.top1, b.deviceEnergyJ - a.deviceEnergyJ, b.latencyMeanMs - a.latencyMeanMs]
      return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0)
    }
    fc.assert(
      fc.property(points, (pairs) => {
        const found = new Map(paretoFront(pairs).map((p) => [p.local, p.isDominated]))
        expect(found.size).toBe(pairs.length)
        for (const p of pairs) expect(found.get(p.local)).toBe(pairs.some((other) => isBetter(other, p)))
      }),
    )
  })

  it('a dominated pair more changes nothing for the others', () => {
    fc.assert(
      fc.property(points, coarse, (pairs, worse) => {
        fc.pre(pairs.length > 0)
        const [{ top1, deviceEnergyJ, latencyMeanMs }] = pairs as [Pair]
        const more = pair('more', top1 - 0.1, deviceEnergyJ + worse, latencyMeanMs)
        expect(marks([...pairs, more]).filter(([name]) => name !== 'more')).toEqual(marks(pairs))
      }),
    )
  })
})

describe('pairFigures()', () => {
  // Sure of the first two images, wrong about the second; the unsure third and fourth tie, one of them right.
  const light = candidate('light', 10, '1010', {
    localEnergyJ: 1,
    localTopProbability: Float64Array.of(0.9, 0.8, 0.4, 0.4),
  })
  const heavy = candidate('heavy', 100, '0111', { localEnergyJ: 20, edgeLatencyMeanMs: 4 })
  const upload = { uploadMs: 2, uploadJ: 0.5 }
  const lightHeavy = (...[router, share]: Parameters<typeof assume>) =>
    pairFigures([light, heavy], assume(router, share, upload)).find((p) => p.local === 'light')

  it.each<[string, Parameters<typeof assume>, number[]]>([
    // top-1, offloaded share, E, L; the edge gets the second and the fourth image where the local model fails.
    ['the oracle sends what only the edge gets right', ['oracle', 0.9], [1, 0.5, 0.75, 0.5 * 10 + 0.5 * 6]],
    ['nothing at random is the local model', ['random', 0], [0.5, 0, 1, 10]],
    ['all at random is the edge model', ['random', 1], [0.75, 1, 0.5, 6]],
    ['a quarter at random', ['random', 0.25], [0.5625, 0.25, 0.875, 9]],
    ['nothing by confidence is the local model', ['confidence', 0], [0.5, 0, 1, 10]],
    [
      'a quarter by confidence is half of the tied group',
      ['confidence', 0.25],
      [(2 + 0.5) / 4, 0.25, 1.125, 11.5],
    ],
    ['half by confidence is the tied group', ['confidence', 0.5], [0.75, 0.5, 1.25, 13]],
    ['three quarters by confidence take the second too', ['confidence', 0.75], [1, 0.75, 1.375, 14.5]],
    ['all by confidence is the edge model after all', ['confidence', 1], [0.75, 1, 1.5, 16]],
  ])('%s', (_, assumption, [top1, share, energyJ, latencyMs]) => {
    const found = lightHeavy(...assumption)!
    expect(found.top1).toBeCloseTo(top1!, 12)
    expect(found.offloadShare).toBeCloseTo(share!, 12)
    expect(found.deviceEnergyJ).toBeCloseTo(energyJ!, 12)
    expect(found.latencyMeanMs).toBeCloseTo(latencyMs!, 12)
  })

  it('judges each model on the device where it would run', () => {
    const drifted = { ...light, localRight: Uint8Array.of(1, 1, 1, 0) }
    const [first, second] = pairFigures([drifted, heavy], assume('oracle'))
    expect([first!.top1, first!.offloadShare]).toEqual([1, 0.25])
    expect([second!.local, second!.top1]).toEqual(['heavy', 1])
  })

  it.each<[string, Partial<PairCandidate>, RegExp]>([
    [
      'other images',
      { localTopProbability: new Float64Array(3) },
      /"heavy": has 3 images, expected the 4 of the others/,
    ],
    [
      'a probability that is none',
      { localTopProbability: Float64Array.of(0, Number.NaN, 1, 1) },
      /probability is NaN/,
    ],
  ])('refuses %s', (_, more, words) => {
    expect(() => pairFigures([light, { ...heavy, ...more }], assume('confidence'))).toThrow(words)
  })

  it('has every ordered pair once', () => {
    fc.assert(
      fc.property(someCandidates, (candidates) => {
        const pairs = pairFigures(candidates, assume('random')).map((p) => `${p.local} ${p.edge}`)
        expect(new Set(pairs).size).toBe(candidates.length * (candidates.length - 1))
      }),
    )
  })

  it('of any router is at most the oracle’s accuracy', () => {
    fc.assert(
      fc.property(someCandidates, fc.double({ min: 0, max: 1, noNaN: true }), (candidates, share) => {
        const oracle = pairFigures(candidates, assume('oracle'))
        for (const router of ['random', 'confidence'] as const)
          for (const [i, { top1 }] of pairFigures(candidates, assume(router, share)).entries())
            expect(top1).toBeLessThanOrEqual(oracle[i]!.top1 + 1e-12)
      }),
    )
  })

  // Two, because a model has no pair with itself: beside its only better a worse copy can be the local model for it.
  it('a model that is worse than two others changes nothing on the front of the others', () => {
    const twice = someCandidates.map(([best, ...rest]) => {
      const twin = { ...best!, name: 'twin', modelId: 'id-twin' }
      const worse = {
        ...best!,
        name: 'worse',
        modelId: 'id-worse',
        localLatencyMeanMs: best!.localLatencyMeanMs + 1,
        localEnergyJ: best!.localEnergyJ + 0.1,
        edgeLatencyMeanMs: best!.edgeLatencyMeanMs + 1,
        right: new Uint8Array(best!.right.length),
      }
      return { others: [best!, twin, ...rest], worse }
    })
    fc.assert(
      fc.property(twice, fc.double({ min: 0.1, max: 1, noNaN: true }), ({ others, worse }, share) => {
        for (const router of ['random', 'confidence'] as const) {
          const front = (candidates: PairCandidate[]) =>
            paretoFront(pairFigures(candidates, assume(router, share)))
              .filter((p) => !p.isDominated && p.local !== 'worse' && p.edge !== 'worse')
              .map((p) => `${p.local} ${p.edge}`)
          expect(front([...others, worse])).toEqual(front(others))
        }
      }),
    )
  })
})
