// Every kind of router trains to the same bytes for a seed, is judged on held-out rows alone, finds difficulty where there is
// some and none in noise, and survives degenerate data.

import { describe, expect, it } from 'vitest'
import { RUNTIME_FEATURES } from '#contract/features.ts'
import { Evaluation } from '#contract/results/evaluation.ts'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { promotionGate } from '#core/promote/gate.ts'
import { needsEdge } from '#core/train/needs-edge.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { type TrainOptions, trainRouter } from '#core/train/train-router.ts'
import { syntheticPair } from './synthetic-pair.ts'

const options: TrainOptions = {
  kind: 'forest',
  policy: { by: 'offload', target: 0.3 },
  seed: 1,
  folds: 5,
  trees: 30,
  featureChoice: 'paper',
}
const BASELINES: readonly RouterKind[] = ['always-local', 'always-edge', 'random']
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

const clear = syntheticPair(600, { signal: 1, seed: 2 })

describe.each(RouterKind.options)('trainRouter() of kind %s', (kind) => {
  const trained = trainRouter(clear, { ...options, kind })
  const { evaluation } = trained

  it('writes a document and an evaluation that keep the contract', () => {
    expect(RouterDocument.parse(trained.document)).toEqual(trained.document)
    expect(Evaluation.parse(evaluation)).toEqual(evaluation)
    expect(evaluation).toMatchObject({ kind, images: 600, folds: 5, seed: 1, offloadTarget: 0.3 })
    // One a fold, and one for the document.
    expect(evaluation.operating).toHaveLength(6)
  })

  it('gives the same bytes for the same seed', () => {
    const data = syntheticPair(120, { signal: 0.5, seed: 3 })
    const again = () => JSON.stringify(trainRouter(data, { ...options, kind, folds: 3 }))
    expect(again()).toBe(again())
  })

  if (BASELINES.includes(kind))
    it('is told to be a baseline, and does not pass the gate', () => {
      expect(evaluation.verdict.words).toContain(`"${kind}" is a baseline`)
      expect(evaluation.verdict.beatsChance).toBe(false)
      expect(promotionGate(evaluation)).toMatchObject({ ok: false })
    })
  else {
    it('finds the difficulty that the data shows, and passes the gate', () => {
      expect(evaluation.auc.value).toBeGreaterThan(0.7)
      expect(evaluation.dgc.low).toBeGreaterThan(0.2)
      expect(strategy(evaluation, 'router').top1.value).toBeGreaterThan(
        strategy(evaluation, 'random').top1.value,
      )
      expect(Math.abs(strategy(evaluation, 'router').offloadShare - 0.3)).toBeLessThan(0.05)
      expect(promotionGate(evaluation)).toEqual({ ok: true })
    })

    it('finds nothing in noise, and the gate says so', () => {
      const noise = trainRouter(syntheticPair(600, { signal: 0, seed: 4 }), { ...options, kind }).evaluation
      expect(noise.auc.low).toBeLessThan(0.5)
      expect(noise.verdict.beatsChance).toBe(false)
      expect(promotionGate(noise)).toMatchObject({ ok: false })
    })
  }

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
        localTop: new Array(40).fill([0.5, 0.2]),
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
    const { kind, policy, seed, featureChoice } = options
    const { document, selection } = trainRouter(data, { kind, policy, seed, featureChoice, folds: 2 })
    expect(document).toMatchObject({ kind: 'forest', features: RUNTIME_FEATURES })
    expect(document.kind === 'forest' && document.trees.length).toBe(100)
    expect(selection).toBeUndefined()
  })

  it('chooses features inside the folds where it is told to, and tells how the document got its own', () => {
    const shown = syntheticPair(120, { signal: 1, seed: 6 })
    const trained = trainRouter(shown, { ...options, folds: 2, featureChoice: 'nested' })
    expect(trained.selection!.rows).toBe(120)
    expect(trained.document).toMatchObject({ features: trained.selection!.selected })
    expect(trained.evaluation.featureSelection).toEqual(trained.selection)
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

  it('tells the policy, and an offload target only where that is the policy', () => {
    const policy = { by: 'accuracy', target: 0.7 } as const
    const { evaluation } = trainRouter(clear, { ...options, kind: 'confidence', policy })
    expect(evaluation.policy).toEqual(policy)
    expect(evaluation.offloadTarget).toBeUndefined()
  })

  it('does not pass a router whose threshold sends nothing, however well it orders images', () => {
    // 40 % of the images tie at the top: the share of 30 % that may be sent holds none of them.
    const localRight = Uint8Array.from({ length: 200 }, (_, row) => (row % 5 < 2 ? 0 : 1))
    const tied: PairData = {
      ...syntheticPair(200, { signal: 1, seed: 8 }),
      localRight,
      edgeRight: new Uint8Array(200).fill(1),
      localTop: Array.from(localRight, (hit) => [hit === 1 ? 0.9 : 0.4]),
    }
    const { evaluation } = trainRouter(tied, { ...options, kind: 'confidence' })
    expect(evaluation.dgc.low).toBeGreaterThan(0.9)
    expect(evaluation.verdict.beatsChance).toBe(false)
    expect(promotionGate(evaluation)).toEqual({
      ok: false,
      words: 'Cannot promote router "confidence": it offloads no image at its threshold, expected some.',
    })
  })

  const twins = { ...data, pixelDigests: Array.from({ length: 30 }, (_, row) => `${row % 28}`) }
  it('refuses a picture on both sides of a fold, unless duplicates are left out', () => {
    expect(() => trainRouter(twins, { ...options, folds: 15 })).toThrow(
      /Cannot judge routers: .* leave duplicates out/,
    )
    const { evaluation } = trainRouter(twins, { ...options, folds: 15, duplicates: 'leave-out' })
    expect(evaluation.images).toBe(28)
  })

  const bad: [string, Partial<PairData>, Partial<TrainOptions>, RegExp][] = [
    ['fewer rows than folds', {}, { folds: 31 }, /are 30, expected at least 31/],
    ['features of other images', { features: [] }, {}, /"features" has 0 rows, expected 30/],
    ['an impossible target', {}, { policy: { by: 'offload', target: 1.5 } }, /offload target is 1.5/],
  ]
  it.each(bad)('refuses %s', (_, change, changed, words) => {
    expect(() => trainRouter({ ...data, ...change }, { ...options, ...changed })).toThrow(words)
  })
})
