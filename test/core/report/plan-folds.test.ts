// Folds choose features without a look at what they hold out, keep equal pictures on one side, and refuse rows that do not
// belong together.

import { describe, expect, it } from 'vitest'
import { FEATURE_NAMES, RUNTIME_FEATURES } from '#contract/features.ts'
import { type PlanOptions, planFolds } from '#core/report/plan-folds.ts'
import type { PairData } from '#core/train/pair-data.ts'
import { syntheticPair } from '../train/synthetic-pair.ts'

const options: PlanOptions = {
  folds: 3,
  seed: 1,
  featureChoice: 'paper',
  duplicates: 'refuse',
  needsFeatures: true,
}
const data = syntheticPair(90, { signal: 1, seed: 1 })
const contrast = FEATURE_NAMES.indexOf('contrast')
const digests = Array.from({ length: 90 }, (_, row) => `pixels-${row}`)

describe('planFolds()', () => {
  it("gives every fold the paper's features where they are asked for", () => {
    const plan = planFolds(data, options)
    expect(plan.featuresOf).toEqual([RUNTIME_FEATURES, RUNTIME_FEATURES, RUNTIME_FEATURES])
    expect(plan).toMatchObject({ featuresOfAll: RUNTIME_FEATURES, selections: [], selectionOfAll: null })
    expect(new Set(plan.foldOf)).toEqual(new Set([0, 1, 2]))
  })

  it('chooses features on the training part of each fold, and on all images for the document', () => {
    const seen: [number, number][] = []
    const plan = planFolds(data, { ...options, featureChoice: 'nested' }, (...progress) =>
      seen.push(progress),
    )
    expect(plan.selections.map(({ rows }) => rows)).toEqual([60, 60, 60])
    expect(plan.featuresOf).toEqual(plan.selections.map(({ selected }) => selected))
    expect(plan.selectionOfAll!.rows).toBe(90)
    expect(plan.featuresOfAll).toContain('contrast')
    expect(seen).toEqual([1, 2, 3, 4].map((done) => [done, 4]))
  })

  it('chooses without a look at the fold that is held out', () => {
    const nested = { ...options, featureChoice: 'nested' } as const
    const { foldOf, selections } = planFolds(data, nested)
    const features = data.features.map((row, i) => (foldOf[i] === 1 ? row.with(contrast, 1000) : row))
    const again = planFolds({ ...data, features }, nested)
    expect(again.selections[1]).toEqual(selections[1])
    expect(again.selections[0]).not.toEqual(selections[0])
  })

  it('chooses none where nothing reads features', () => {
    expect(planFolds(data, { ...options, featureChoice: 'nested', needsFeatures: false }).selections).toEqual(
      [],
    )
  })

  it('refuses a picture on both sides of a fold, in words', () => {
    const twins = { ...data, pixelDigests: digests.map((digest, row) => (row < 20 ? 'the same' : digest)) }
    expect(() => planFolds(twins, options)).toThrow(
      /^Cannot judge routers: 1 picture in more than one fold .* leave duplicates out/,
    )
  })

  it('keeps the first of equal pictures where duplicates are left out', () => {
    const pixelDigests = digests.map((digest, row) => (row < 20 ? 'the same' : digest))
    const plan = planFolds({ ...data, pixelDigests }, { ...options, duplicates: 'leave-out' })
    const kept = [0, ...Array.from({ length: 70 }, (_, i) => i + 20)]
    expect(plan.duplicatesLeftOut).toBe(19)
    expect(plan.data).toEqual({
      features: kept.map((row) => data.features[row]),
      localRight: Uint8Array.from(kept, (row) => data.localRight[row]!),
      edgeRight: Uint8Array.from(kept, (row) => data.edgeRight[row]!),
      localTop: kept.map((row) => data.localTop[row]),
      pixelDigests: kept.map((row) => pixelDigests[row]),
      costs: data.costs,
    })
    expect(plan.labels).toHaveLength(71)
  })

  it.each([null, digests])('leaves all where there is no duplicate, or none can be seen', (pixelDigests) => {
    const given = { ...data, pixelDigests }
    const plan = planFolds(given, { ...options, duplicates: 'leave-out' })
    expect([plan.data, plan.duplicatesLeftOut]).toEqual([given, 0])
  })

  const bad: [string, Partial<PairData>, Partial<PlanOptions>, RegExp][] = [
    ['fewer rows than folds', {}, { folds: 91 }, /are 90, expected at least 91/],
    ['one outcome too few', { edgeRight: new Uint8Array(89) }, {}, /are 90 local and 89 edge outcomes/],
    ['features of other images', { features: [] }, {}, /"features" has 0 rows, expected 90/],
    ['answers of other images', { localTop: [[1]] }, {}, /"localTop" has 1 rows, expected 90/],
    ['digests of other images', { pixelDigests: ['a'] }, {}, /"pixelDigests" has 1 rows, expected 90/],
    [
      'a feature that is not a number',
      { features: data.features.map((row, i) => (i === 3 ? row.with(0, Number.NaN) : row)) },
      {},
      /features of row 3/,
    ],
    [
      'an image without a local answer',
      { localTop: data.localTop.map((top, i) => (i === 4 ? [] : top)) },
      {},
      /local answer of row 4 is \[\]/,
    ],
  ]
  it.each(bad)('refuses %s', (_, change, changed, words) => {
    expect(() => planFolds({ ...data, ...change }, { ...options, ...changed })).toThrow(words)
  })
})
