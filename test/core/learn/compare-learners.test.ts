// Scores, tuning and the nested comparison: equal to scikit-learn's, chosen by what they say, blind to held-out
// labels, the same bytes from the same seed.

import { describe, expect, it } from 'vitest'
import { LearnerFigures } from '#contract/results/learner-figures.ts'
import { classifierScores } from '#core/learn/classifier-scores.ts'
import { compareLearners } from '#core/learn/compare-learners.ts'
import { GRIDS, type GridEntry } from '#core/learn/grids.ts'
import type { Learner } from '#core/learn/learner.ts'
import { tuneLearner } from '#core/learn/tune-learner.ts'
import { createRandom } from '#core/random.ts'
import { heldOut, madeSamples } from './made-samples.ts'
import { scoreCases } from './sklearn-fixture.ts'

describe('classifierScores()', () => {
  it.each(scoreCases)('are those of scikit-learn for $name', ({ scores, labels, name: _, ...theirs }) => {
    const ours = classifierScores(Float64Array.from(scores), Uint8Array.from(labels))
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
    for (const key of Object.keys(ours) as (keyof typeof ours)[])
      expect(ours[key], key).toBeCloseTo(theirs[key], 9)
  })

  it.each([
    [[], []],
    [[0.5], [0, 1]],
  ])('refuses scores %j for labels %j', (scores, labels) => {
    expect(() => classifierScores(Float64Array.from(scores), Uint8Array.from(labels))).toThrow(RangeError)
  })
})

describe('tuneLearner()', () => {
  const constant = (setting: string, score: number): GridEntry => ({
    learner: 'knn',
    setting,
    build: () => () => ({ scoreOf: () => score }),
  })
  /** Knows the rule of the made samples, whatever the scale. */
  const knowing: Learner = () => ({ scoreOf: (row) => (row[0]! > 0.7 ? 0.9 : 0.1) })
  const easy = madeSamples(90, { noise: 0, seed: 4 })

  it('chooses the best by AUC, and the first of equals', () => {
    const knows = { ...constant('knows', 0), build: () => knowing }
    const grid = [constant('a', 0.2), knows, constant('b', 0.8), { ...knows, setting: 'knows too' }]
    const { table, best } = tuneLearner(easy, grid, { folds: 3, random: createRandom(1) })
    expect(best.setting).toBe('knows')
    expect(table.map(({ setting, auc }) => [setting, auc > 0.9 ? 'high' : auc])).toEqual([
      ['a', 0.5],
      ['knows', 'high'],
      ['b', 0.5],
      ['knows too', 'high'],
    ])
  })

  it('chooses by another score where told to', () => {
    const grid = [constant('never', 0.2), constant('always', 0.8)]
    const chosen = (score: 'recall' | 'accuracy') =>
      tuneLearner(easy, grid, { folds: 3, random: createRandom(1), score }).best.setting
    expect([chosen('recall'), chosen('accuracy')]).toEqual(['always', 'never'])
  })

  it('scores each row once, by a classifier that was fitted without it, scaled by the rows that it was fitted on', () => {
    const seen: number[] = []
    const spy: Learner = ({ rows }) => {
      expect(Math.min(...rows.map((row) => row[0]!))).toBe(0)
      expect(Math.max(...rows.map((row) => row[0]!))).toBe(1)
      return {
        scoreOf: (row) => {
          expect(rows.some((other) => other[2] === row[2])).toBe(false)
          seen.push(row[2]!)
          return 0
        },
      }
    }
    tuneLearner(easy, [{ ...constant('spy', 0), build: () => spy }], { folds: 5, random: createRandom(1) })
    expect(seen.length).toBe(90)
  })

  it('refuses an empty grid', () => {
    expect(() => tuneLearner(easy, [], { folds: 3, random: createRandom(1) })).toThrow(
      'expected at least one',
    )
  })
})

describe('compareLearners()', () => {
  const data = madeSamples(150, { noise: 0.3, seed: 9 })
  const folds = [0, 1, 2].map((part) => heldOut(data, part, 3))
  const compare = (given: typeof folds, seed: number) =>
    compareLearners(given, { innerFolds: 2, random: createRandom(seed) })
  const figures = compare(folds, 1)

  it('reports every learner as the contract has it, with all settings of its grid', () => {
    expect(figures.map((figure) => LearnerFigures.parse(figure))).toEqual(figures)
    expect(figures.map(({ learner }) => learner)).toEqual(['knn', 'random-forest', 'adaboost', 'one-vs-rest'])
    for (const { learner, setting, settingsByFold, tuning } of figures) {
      expect(tuning.map((row) => row.setting)).toEqual(GRIDS[learner].map((entry) => entry.setting))
      expect(settingsByFold).toHaveLength(3)
      const count = (other: string) => settingsByFold.filter((chosen) => chosen === other).length
      expect(count(setting)).toBe(Math.max(...settingsByFold.map(count)))
    }
  })

  it('finds what there is to learn', () => {
    for (const { learner, auc } of figures) expect(auc, learner).toBeGreaterThan(0.7)
  })

  it('makes the same bytes from the same seed, and others from another', () => {
    expect(JSON.stringify(compare(folds, 1))).toBe(JSON.stringify(figures))
    expect(JSON.stringify(compare(folds, 2))).not.toBe(JSON.stringify(figures))
  })

  it('tunes without a look at held-out rows', () => {
    const turned = folds.map(({ train, test }) => ({
      train,
      test: { rows: test.rows.slice().reverse(), labels: test.labels.map((label) => 1 - label) },
    }))
    const blind = compare(turned, 1)
    expect(blind.map(({ tuning, settingsByFold }) => ({ tuning, settingsByFold }))).toEqual(
      figures.map(({ tuning, settingsByFold }) => ({ tuning, settingsByFold })),
    )
  })

  it('takes folds that have other columns', () => {
    const narrow = ({ rows, labels }: typeof data) => ({ rows: rows.map((row) => row.slice(0, 1)), labels })
    const first = { train: narrow(folds[0]!.train), test: narrow(folds[0]!.test) }
    expect(compare([first, folds[1]!], 1)).toHaveLength(4)
  })

  it('tells how far it is', () => {
    const told: string[] = []
    const onProgress = (done: number, total: number) => void told.push(`${done}/${total}`)
    compareLearners(folds.slice(0, 2), { innerFolds: 2, random: createRandom(1), onProgress })
    expect(told).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8'])
  })

  it('refuses no folds', () => {
    expect(() => compare([], 1)).toThrow('expected at least one')
  })
})
