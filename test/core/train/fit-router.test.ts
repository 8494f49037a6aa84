// The contract between training and device, for every kind and policy: a document that went through JSON and the
// schema, replayed by the code that devices run, sends the rows that training said it would.

import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, RUNTIME_FEATURES } from '#contract/features.ts'
import { OperatingPoint, type ThresholdPolicy } from '#contract/results/threshold-policy.ts'
import { RouterDocument } from '#contract/router.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { createRandom } from '#core/random.ts'
import { type RoutePorts, routeImage } from '#core/route/route-image.ts'
import { ALWAYS, NEVER } from '#core/threshold/routed-point.ts'
import { type FittedRouter, fitRouter } from '#core/train/fit-router.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { syntheticPair } from './synthetic-pair.ts'

const POLICIES: readonly ThresholdPolicy[] = [
  { by: 'offload', target: 0.3 },
  { by: 'accuracy', target: 0.6 },
  { by: 'energy', budgetJ: 0.33 },
  { by: 'guarantee', alpha: 0.2, delta: 0.1 },
]
const cases = RouterKind.options.flatMap((kind) =>
  POLICIES.map((policy) => ({ kind, policy, by: policy.by })),
)
const SEED = 7

const everyRow = (data: PairData) => Array.from(data.localRight.keys())
function fitKind(
  data: PairData,
  kind: RouterKind,
  policy: ThresholdPolicy,
  rows: readonly number[] = everyRow(data),
): FittedRouter {
  const recipe = { kind, policy, trees: 12, features: RUNTIME_FEATURES }
  return fitRouter(data, rows, recipe, createRandom(SEED))
}

const portsOf = (data: PairData, row: number): RoutePorts => ({
  features: async (names) => ({
    values: names.map((name) => data.features[row]![FEATURE_NAMES.indexOf(name)]!),
    ms: 1,
  }),
  infer: async (topK) => ({
    model: 'light',
    labels: data.localTop[row]!.slice(0, topK).map((score, index) => ({ index, name: `${index}`, score })),
    ms: 1,
  }),
})

describe.each(cases)('fitRouter() of kind $kind by $by', ({ kind, policy }) => {
  const data = syntheticPair(160, { signal: 0.8, seed: 11 })
  // The last rows are seen by no training.
  const training = everyRow(data).slice(0, 120)
  const fitted = fitKind(data, kind, policy, training)

  it('writes a document that the schema takes unchanged', () => {
    const read = RouterDocument.parse(JSON.parse(JSON.stringify(fitted.document)))
    expect(read).toEqual(fitted.document)
    expect(read.kind).toBe(kind)
    expect(OperatingPoint.parse(fitted.operating)).toEqual(fitted.operating)
    expect(fitted.operating.policy).toEqual(policy)
  })

  it('decides as the device will, with what the device looks at', async () => {
    const document = RouterDocument.parse(JSON.parse(JSON.stringify(fitted.document)))
    for (const row of everyRow(data)) {
      const lot = kind === 'random' ? fitted.rankOf(row) : 0
      const routed = await routeImage(portsOf(data, row), document, { topK: 1, lot })
      expect(routed.toEdge).toBe(fitted.sends(row))
      if (routed.toEdge) expect(routed.local !== undefined).toBe(fitted.sentAfterLocal(row))
      if (kind === 'two-stage' && !fitted.sentAfterLocal(row))
        expect(fitted.rankOf(row)).toBe(NEVER + routed.score!)
      else if (routed.score !== null) expect(fitted.rankOf(row)).toBe(routed.score)
    }
  })

  it('gives the same bytes for the same seed', () => {
    expect(JSON.stringify(fitKind(data, kind, policy, training))).toBe(JSON.stringify(fitted))
  })

  it('learns nothing from rows outside its training part', () => {
    const other = syntheticPair(160, { signal: 0, seed: 12 })
    const changed = <T>(list: readonly T[], by: readonly T[]) => [...list.slice(0, 120), ...by.slice(120)]
    const again = fitKind(
      {
        ...data,
        features: changed(data.features, other.features),
        localTop: changed(data.localTop, other.localTop),
        localRight: data.localRight.map((right, i) => (i < 120 ? right : 1 - right)),
        edgeRight: data.edgeRight.map((right, i) => (i < 120 ? right : 1 - right)),
      },
      kind,
      policy,
      training,
    )
    expect(JSON.stringify(again)).toBe(JSON.stringify(fitted))
  })
})

describe.each(cases)('fitRouter() of kind $kind by $by does not stumble over', ({ kind, policy }) => {
  const data = syntheticPair(40, { signal: 1, seed: 13 })
  const same = <T>(list: readonly T[]) => list.map(() => list[0]!)
  it.each<[string, PairData, readonly number[]]>([
    ['two rows', data, [0, 1]],
    ['one row', data, [3]],
    [
      'rows that all need the edge',
      { ...data, localRight: new Uint8Array(40), edgeRight: new Uint8Array(40).fill(1) },
      everyRow(data),
    ],
    ['rows that never need the edge', { ...data, localRight: new Uint8Array(40).fill(1) }, everyRow(data)],
    [
      'rows that are all alike',
      { ...data, features: same(data.features), localTop: same(data.localTop) },
      everyRow(data),
    ],
    ['a local model with one class', { ...data, localTop: data.localTop.map(() => [1]) }, everyRow(data)],
  ])('%s', (_, pair, rows) => {
    const { document, rankOf } = fitKind(pair, kind, policy, rows)
    expect(RouterDocument.parse(document)).toEqual(document)
    for (const row of everyRow(pair)) expect(rankOf(row)).not.toBeNaN()
  })
})

describe('fitRouter()', () => {
  const data = syntheticPair(400, { signal: 1, seed: 14 })
  const shareSent = ({ sends }: FittedRouter) => everyRow(data).filter(sends).length / 400

  it.each(RouterKind.options.filter((kind) => !kind.startsWith('always')))(
    '%s stays near an offload target on unseen images',
    (kind) => {
      const training = everyRow(data).slice(0, 300)
      const { sends, operating } = fitKind(data, kind, { by: 'offload', target: 0.3 }, training)
      const unseen = everyRow(data).slice(300).filter(sends).length / 100
      expect(Math.abs(unseen - 0.3)).toBeLessThan(0.15)
      expect(operating.isMet).toBe(true)
    },
  )

  it.each([
    ['always-local', NEVER, 0],
    ['always-edge', ALWAYS, 1],
  ] as const)('%s is told what it comes to', (kind, threshold, share) => {
    const fitted = fitKind(data, kind, { by: 'offload', target: 0.3 })
    expect(fitted.document.threshold).toBe(threshold)
    expect(shareSent(fitted)).toBe(share)
    expect(fitted.operating.isMet).toBe(false)
    expect(fitted.operating.words).toContain(`offloads ${(share * 100).toFixed(1)} %`)
  })

  it('two-stage sends first what ranks above all that confidence ranks', () => {
    // Upload is cheap and local inference dear, so that an energy budget is worth a forest.
    const costly = { ...data, costs: { ...data.costs, localJ: 1, uploadJ: 0.05 } }
    const { document, sentAfterLocal, rankOf, sends } = fitKind(costly, 'two-stage', {
      by: 'energy',
      budgetJ: 0.95,
    })
    expect(document).toMatchObject({ kind: 'two-stage' })
    const first = everyRow(data).filter((row) => !sentAfterLocal(row))
    expect(first.length).toBeGreaterThan(0)
    for (const row of first) {
      expect(rankOf(row)).toBeGreaterThanOrEqual(NEVER)
      expect(sends(row)).toBe(true)
    }
    for (const row of everyRow(data).filter(sentAfterLocal)) expect(rankOf(row)).toBeLessThanOrEqual(1)
  })

  it('two-stage says by a threshold above every score that its forest does not help', () => {
    // Features are noise, and confidence tells everything.
    const blind = { ...data, features: data.features.map((values) => values.map(() => 1)) }
    const { document, sentAfterLocal } = fitKind(blind, 'two-stage', { by: 'accuracy', target: 0.6 })
    expect(document).toMatchObject({ forestThreshold: NEVER })
    expect(everyRow(data).every(sentAfterLocal)).toBe(true)
  })

  it('two-stage leaves a target alone that is smaller than any share of its forest', () => {
    const { document } = fitKind({ ...data, localTop: data.localTop.map(() => [0.5]) }, 'two-stage', {
      by: 'offload',
      target: 0.005,
    })
    expect(document).toMatchObject({ threshold: NEVER, forestThreshold: NEVER })
  })

  it('certifies a kind that learns on rows that it was not fitted on', () => {
    const { operating } = fitKind(data, 'hybrid', { by: 'guarantee', alpha: 0.1, delta: 0.1 })
    expect(operating.words).toMatch(/kept calibration images|none of 200 calibration images/)
  })
})
