// The evaluation of a pair keeps its contract for every kind of router, gives the same bytes again, and finds in made-up
// outcomes what was put there.

import { describe, expect, it } from 'vitest'
import { PairReport } from '#contract/results/pair-report.ts'
import { RouterKind } from '#contract/router-kind.ts'
import { type EvaluatePairOptions, evaluatePair } from '#core/report/evaluate-pair.ts'
import { trainRouter } from '#core/train/train-router.ts'
import { syntheticPair } from '../train/synthetic-pair.ts'

const options: EvaluatePairOptions = {
  localModel: 'light',
  edgeModel: 'heavy',
  dataset: 'scenes',
  kinds: ['forest', 'confidence'],
  policy: { by: 'offload', target: 0.3 },
  folds: 3,
  seed: 1,
  featureChoice: 'paper',
  duplicates: 'refuse',
}
const clear = syntheticPair(300, { signal: 1, seed: 2 })
const noise = syntheticPair(300, { signal: 0, seed: 3 })

describe('evaluatePair()', () => {
  const stages: string[] = []
  const everything: EvaluatePairOptions = {
    ...options,
    kinds: RouterKind.options,
    featureChoice: 'nested',
    folds: 2,
  }
  const small = syntheticPair(100, { signal: 1, seed: 4 })
  const report = evaluatePair(small, everything, (stage, done, total) =>
    stages.push(`${stage} ${done}/${total}`),
  )

  it('keeps the contract, for every kind', () => {
    expect(PairReport.parse(report)).toEqual(report)
    expect(report.routers.map(({ kind }) => kind)).toEqual(RouterKind.options)
    expect(report).toMatchObject({ images: 100, folds: 2, seed: 1, featureChoice: 'nested', learners: [] })
  })

  it('gives the same bytes again', () => {
    expect(JSON.stringify(evaluatePair(small, everything))).toBe(JSON.stringify(report))
  })

  it('tells which features each fold chose, and how often', () => {
    expect(report.featureSelections).toHaveLength(2)
    for (const { feature, folds } of report.featureCounts)
      expect(report.featureSelections.filter(({ selected }) => selected.includes(feature))).toHaveLength(
        folds,
      )
    expect(report.featureCounts).toContainEqual({ feature: 'contrast', folds: 2 })
    expect(report.selectionOfAll!.rows).toBe(100)
  })

  it('tells how far it is', () => {
    expect(stages).toEqual([
      ...[1, 2, 3].map((done) => `choose features ${done}/3`),
      ...RouterKind.options.map((_, i) => `cross-validate routers ${i + 1}/${RouterKind.options.length}`),
      'resample 0/1',
      'resample 1/1',
    ])
  })

  it('judges what learns or looks where no kinds are named', () => {
    const { kinds: _, ...rest } = options
    expect(evaluatePair(noise, rest).routers.map(({ kind }) => kind)).toEqual(
      RouterKind.options.filter((kind) => !['always-local', 'always-edge', 'random'].includes(kind)),
    )
  })

  it('compares the learners on the features of each fold where that is asked for', {
    timeout: 60_000,
  }, () => {
    const { learners } = evaluatePair(syntheticPair(60, { signal: 1, seed: 5 }), {
      ...options,
      kinds: ['confidence'],
      folds: 2,
      learners: true,
    })
    expect(learners.map(({ learner }) => learner).sort()).toEqual([
      'adaboost',
      'knn',
      'one-vs-rest',
      'random-forest',
    ])
  })

  it.each(['forest', 'confidence'] as const)('tells of a %s what its own training tells', (kind) => {
    const { evaluation } = trainRouter(clear, { ...options, kind })
    const judged = evaluatePair(clear, options).routers.find((router) => router.kind === kind)!
    expect(judged.dgc.value).toBe(evaluation.dgc.value)
    expect(judged.auc.value).toBe(evaluation.auc.value)
    expect(judged.curve).toEqual(evaluation.deferralCurve)
    expect(judged.equalEnergy.overRandom?.value).toBe(evaluation.equalEnergy!.overRandom?.value)
  })
})

describe('findings', () => {
  it('begin with the winner, then say what the method of the paper is worth', () => {
    const { findings } = evaluatePair(clear, options)
    expect(findings[0]).toMatch(/^"(forest|confidence)" has the highest DGC, 0\.\d\d \(95 % 0\.\d\d to /)
    expect(findings[1]).toMatch(
      /^The paper's method, a forest before inference, does better than drawing lots/,
    )
    expect(findings.join(' ')).toMatch(
      /Sending every image reaches \d\d\.\d % .* without any router, \d\d\.\d % of the oracle/,
    )
    expect(findings.at(-1)).toBe('Cost of uploading: 0.1 J an image (made up).')
  })

  it('begin with it where nothing helps', () => {
    const { findings, routers } = evaluatePair(noise, options)
    expect(routers.map(({ verdict }) => verdict.beatsChance)).toEqual([false, false])
    expect(findings[0]).toBe('No router is better than chance on these 300 images.')
    expect(findings[1]).toMatch(
      /^The paper's method, a forest before inference, does not help on these images\./,
    )
  })

  it('say that confidence beats a forest that sees nothing', () => {
    const { features } = noise
    const { findings } = evaluatePair({ ...clear, features }, options)
    expect(findings[0]).toMatch(/^"confidence" has the highest DGC, [^,]*\)\. Offloading/)
    expect(findings.join(' ')).toMatch(
      /No router has a better DGC than the local model's own confidence\. Worse than it: "forest" by -/,
    )
  })

  it('say what was left out, or could not be looked for', () => {
    const pixelDigests = Array.from({ length: 300 }, (_, row) => `${row % 290}`)
    const left = evaluatePair({ ...clear, pixelDigests }, { ...options, duplicates: 'leave-out' })
    expect(left).toMatchObject({ images: 290, duplicatesLeftOut: 10 })
    expect(left.findings).toContain('Left out for having the pixels of an earlier image: 10.')
    expect(evaluatePair(clear, options).findings).toContain(
      'Images of equal pixels were not looked for: the profiles were made without digests.',
    )
  })
})
