import { describe, expect, it } from 'vitest'
import { Evaluation } from '#contract/evaluation.ts'
import { RUNTIME_FEATURES } from '#contract/features.ts'
import { RouterDocument } from '#contract/router.ts'
import { promotionGate } from '#core/promote/gate.ts'
import { needsEdge } from '#core/train/needs-edge.ts'
import { type PairData, type TrainOptions, trainRouter } from '#core/train/train-router.ts'
import { syntheticPair } from './synthetic-pair.ts'

const options: TrainOptions = { kind: 'forest', seed: 1, offloadTarget: 0.3, folds: 5, trees: 30 }
const KINDS = ['forest', 'confidence'] as const
const strategy = (evaluation: Evaluation, name: string) =>
  evaluation.strategies.find((one) => one.name === name)!

it.each([
  [0, 0, 0],
  [0, 1, 1],
  [1, 0, 0],
  [1, 1, 0],
])('needsEdge() of local %d and edge %d is %d', (local, edge, label) => {
  expect([...needsEdge(Uint8Array.of(local), Uint8Array.of(edge))]).toEqual([label])
})

describe.each(KINDS)('trainRouter() of kind %s', (kind) => {
  const trained = trainRouter(syntheticPair(600, { signal: 1, seed: 2 }), { ...options, kind })

  it('writes a document and an evaluation that keep the contract', () => {
    expect(RouterDocument.parse(trained.document)).toEqual(trained.document)
    expect(Evaluation.parse(trained.evaluation)).toEqual(trained.evaluation)
    expect(trained.evaluation).toMatchObject({ kind, images: 600, folds: 5, seed: 1, offloadTarget: 0.3 })
  })

  it('finds the difficulty that the data shows, and passes the gate', () => {
    const { evaluation } = trained
    expect(evaluation.auc.value).toBeGreaterThan(0.7)
    expect(evaluation.dgc.low).toBeGreaterThan(0.2)
    expect(strategy(evaluation, 'router').top1.value).toBeGreaterThan(
      strategy(evaluation, 'random').top1.value,
    )
    expect(Math.abs(strategy(evaluation, 'router').offloadShare - 0.3)).toBeLessThan(0.05)
    expect(promotionGate(evaluation)).toEqual({ ok: true })
  })

  it('gives the same bytes for the same seed', () => {
    const data = syntheticPair(120, { signal: 0.5, seed: 3 })
    const again = () => JSON.stringify(trainRouter(data, { ...options, kind }))
    expect(again()).toBe(again())
  })

  it('finds nothing in noise, and the gate says so', () => {
    const { evaluation } = trainRouter(syntheticPair(600, { signal: 0, seed: 4 }), { ...options, kind })
    expect(evaluation.auc.low).toBeLessThan(0.5)
    expect(evaluation.verdict.beatsChance).toBe(false)
    expect(promotionGate(evaluation)).toMatchObject({ ok: false })
  })

  const right = (count: number, bit: number) => new Uint8Array(count).fill(bit)
  const cases: [string, Partial<PairData>][] = [
    ['no image needs the edge', { edgeRight: right(40, 0) }],
    ['both are always right', { localRight: right(40, 1), edgeRight: right(40, 1) }],
    ['both are always wrong', { localRight: right(40, 0), edgeRight: right(40, 0) }],
    ['every image needs the edge', { localRight: right(40, 0), edgeRight: right(40, 1) }],
    ['one image needs the edge', { localRight: right(40, 1).fill(0, 0, 1), edgeRight: right(40, 1) }],
    [
      'all images look alike',
      {
        features: Array.from({ length: 40 }, () => new Array(29).fill(1)),
        localTopProbability: new Float64Array(40).fill(0.5),
      },
    ],
  ]
  it.each(cases)('answers without a crash or NaN where %s', (_, change) => {
    const data = { ...syntheticPair(40, { signal: 1, seed: 5 }), ...change }
    const { document, evaluation } = trainRouter(data, { ...options, kind, trees: 5 })
    expect(RouterDocument.safeParse(document).success).toBe(true)
    expect(Evaluation.safeParse(evaluation).success).toBe(true)
    if (evaluation.shares.onlyEdgeRight === 0) expect(evaluation.verdict.beatsChance).toBe(false)
  })
})

describe('trainRouter()', () => {
  const data = syntheticPair(30, { signal: 1, seed: 6 })

  it("has the paper's forest as its default", () => {
    const { document } = trainRouter(data, { kind: 'forest', seed: 1, offloadTarget: 0.3, folds: 2 })
    expect(document).toMatchObject({ kind: 'forest', features: RUNTIME_FEATURES })
    expect(document.kind === 'forest' && document.trees.length).toBe(100)
  })

  it('uses the features that it is told to', () => {
    const { document } = trainRouter(data, { ...options, features: ['hue3', 'contrast'] })
    expect(document).toMatchObject({ features: ['hue3', 'contrast'] })
  })

  it('trains the same document for any number of folds', () => {
    const document = (folds: number) => trainRouter(data, { ...options, folds }).document
    expect(document(2)).toEqual(document(7))
  })

  it('judges held-out rows only: memorised noise earns nothing', () => {
    const noise = syntheticPair(400, { signal: 0, seed: 7 })
    const { evaluation } = trainRouter(noise, { ...options, depth: 12 })
    expect(evaluation.auc.value).toBeLessThan(0.58)
  })

  const bad: [string, Partial<PairData>, Partial<TrainOptions>, RegExp][] = [
    ['fewer rows than folds', {}, { folds: 31 }, /are 30, expected at least 31/],
    ['one outcome too few', { edgeRight: new Uint8Array(29) }, {}, /are 30 local and 29 edge outcomes/],
    ['features of other images', { features: [] }, {}, /"features" has 0 rows, expected 30/],
    [
      'a feature that is not a number',
      { features: data.features.map((row, i) => (i === 3 ? row.with(0, Number.NaN) : row)) },
      {},
      /features of row 3/,
    ],
    ['an impossible target', {}, { offloadTarget: 1.5 }, /offload target is 1.5/],
  ]
  it.each(bad)('refuses %s', (_, change, changed, words) => {
    expect(() => trainRouter({ ...data, ...change }, { ...options, ...changed })).toThrow(words)
  })

  it('takes seconds at most for a whole evaluation of 1345 images', () => {
    const start = performance.now()
    trainRouter(syntheticPair(1345, { signal: 0.5, seed: 8 }), { ...options, folds: 10, trees: 100 })
    // Measured at 0.8 s; the slack is for busy machines.
    expect(performance.now() - start).toBeLessThan(6_000)
  })
})
