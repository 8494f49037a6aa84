// What every learner owes, whatever it is: scores in 0..1, something learnt, an answer for one class, the same
// bytes from the same seed. And what boosting adds to its base.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adaBoost } from '#core/learn/ada-boost.ts'
import { classifierScores } from '#core/learn/classifier-scores.ts'
import { fitScaled, scoresOf } from '#core/learn/fit-scaled.ts'
import { GRIDS, type GridEntry } from '#core/learn/grids.ts'
import { knn } from '#core/learn/knn.ts'
import type { Learner } from '#core/learn/learner.ts'
import { linearSvm } from '#core/learn/linear/linear-svm.ts'
import { logisticRegression } from '#core/learn/linear/logistic-regression.ts'
import { naiveBayes } from '#core/learn/naive-bayes.ts'
import { fitOneVsRest, oneVsRest } from '#core/learn/one-vs-rest.ts'
import { decisionTree } from '#core/learn/tree-learners.ts'
import { createRandom } from '#core/random.ts'
import { heldOut, madeSamples } from './made-samples.ts'
import { queries, samples } from './sklearn-fixture.ts'

const entries: GridEntry[] = Object.values(GRIDS).flat()
const rowOf = (...values: number[]) => Float64Array.from(values)

describe.each(entries)('$learner with $setting', ({ build }) => {
  it('tells easy classes apart on rows that it has not seen', () => {
    const { train, test } = heldOut(madeSamples(400, { noise: 0.1, seed: 1 }), 0, 4)
    const scores = scoresOf(fitScaled(build(), train, createRandom(1)), test.rows)
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true)
    const { auc, accuracy } = classifierScores(scores, test.labels)
    expect(auc).toBeGreaterThan(0.75)
    expect(accuracy).toBeGreaterThan(0.75)
  })

  it('makes the same scores from the same seed', () => {
    const scores = () => Array.from(scoresOf(build()(samples, createRandom(7)), queries))
    expect(scores()).toEqual(scores())
  })

  it.each([0, 1])('answers %i for every row where all labels are', (label) => {
    const only = { rows: samples.rows.slice(0, 9), labels: new Uint8Array(9).fill(label) }
    const scores = new Set(scoresOf(build()(only, createRandom(1)), queries))
    expect(scores.size).toBe(1)
    expect(Math.round([...scores][0]!)).toBe(label)
  })

  it('refuses no rows at all', () => {
    const none = { rows: [], labels: new Uint8Array() }
    expect(() => build()(none, createRandom(1))).toThrow(RangeError)
  })
})

it.each(entries)('$learner with $setting scores odd rows by a number in 0..1', ({ build }) => {
  const value = fc.oneof(fc.constantFrom(0, 1, 0.5), fc.double({ min: -1e3, max: 1e3, noNaN: true }))
  const row = fc.record({
    values: fc.array(value, { minLength: 2, maxLength: 2 }),
    label: fc.integer({ min: 0, max: 1 }),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (drawn) => {
      const rows = drawn.map(({ values }) => Float64Array.from(values))
      const labels = Uint8Array.from(drawn, ({ label }) => label)
      const scores = scoresOf(fitScaled(build(), { rows, labels }, createRandom(1)), rows)
      return scores.every((score) => score >= 0 && score <= 1)
    }),
    { numRuns: 15 },
  )
})

describe('knn()', () => {
  it('takes all rows where there are fewer than k', () => {
    const few = { rows: [rowOf(0), rowOf(1), rowOf(2)], labels: Uint8Array.of(0, 0, 1) }
    expect(knn(15)(few, createRandom(1)).scoreOf(rowOf(2))).toBe(1 / 3)
  })

  it.each([0, -1, 2.5, Number.NaN])('refuses k = %d', (k) => {
    expect(() => knn(k)).toThrow('expected a whole number from 1')
  })
})

it.each<[string, Learner]>([
  ['logistic regression', logisticRegression({ l2: 1e-6 })],
  ['linear SVM', linearSvm({ c: 1e4 })],
])('%s tells classes apart by columns that mirror each other, in whatever unit', (_, learner) => {
  for (const unit of [1e-8, 1, 1e4, 1e8]) {
    const rows = [1, 2, 3, 4, 5, 6].map((value) => rowOf(value * unit, -value * unit, value * unit))
    const classifier = learner({ rows, labels: Uint8Array.of(0, 0, 1, 0, 1, 1) }, createRandom(1))
    const scores = scoresOf(classifier, rows)
    expect(scores[5], `in units of ${unit}`).toBeGreaterThanOrEqual(scores[0]!)
  }
})

describe('class weights', () => {
  it.each<[string, Learner, Learner]>([
    ['logistic regression', logisticRegression({ l2: 1 }), logisticRegression({ l2: 1, balanced: false })],
    ['linear SVM', linearSvm({ c: 1 }), linearSvm({ c: 1, balanced: false })],
  ])('make %s find more of the rare class', (_, balanced, plain) => {
    const found = (learner: Learner) => {
      const scores = scoresOf(learner(samples, createRandom(1)), samples.rows)
      return classifierScores(scores, samples.labels).recall
    }
    expect(found(balanced)).toBeGreaterThan(found(plain) + 0.1)
  })

  it.each([0, -1, Number.NaN])('and penalties are checked: %d is refused', (wrong) => {
    expect(() => logisticRegression({ l2: wrong })(samples, createRandom(1))).toThrow('expected above 0')
    expect(() => linearSvm({ c: wrong })(samples, createRandom(1))).toThrow('expected above 0')
  })
})

describe('adaBoost()', () => {
  const stump = decisionTree({ depth: 1, minLeaf: 1, balanced: false })
  /** A base that also counts its fits. */
  const counted = (base: Learner) => {
    const count = { fits: 0 }
    const learner: Learner = (...given) => {
      count.fits++
      return base(...given)
    }
    return { count, learner }
  }

  it('learns a band, which no single stump can', () => {
    const rows = Array.from({ length: 60 }, (_, i) => rowOf(i))
    const labels = Uint8Array.from(rows, (_, i) => (i >= 20 && i < 40 ? 1 : 0))
    const accuracy = (learner: Learner) =>
      classifierScores(scoresOf(learner({ rows, labels }, createRandom(1)), rows), labels).accuracy
    expect(accuracy(stump)).toBeLessThan(0.7)
    expect(accuracy(adaBoost({ base: stump, rounds: 25 }))).toBeGreaterThan(0.95)
  })

  it('ends with a base that makes no error, and scores as that base does', () => {
    const rows = [0, 1, 2, 3, 10, 11, 12, 13].map((value) => rowOf(value))
    const labels = Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1)
    const { count, learner } = counted(() => ({ scoreOf: (row) => (row[0]! > 5 ? 0.9 : 0.2) }))
    const classifier = adaBoost({ base: learner, rounds: 25 })({ rows, labels }, createRandom(1))
    expect(count.fits).toBe(1)
    expect(Array.from(scoresOf(classifier, [rowOf(1), rowOf(11)]))).toEqual([0.2, 0.9])
  })

  it('ends, and knows nothing, with a base that is no better than chance', () => {
    const { count, learner } = counted(() => ({ scoreOf: () => 0 }))
    const classifier = adaBoost({ base: learner, rounds: 25 })(samples, createRandom(1))
    expect(count.fits).toBe(1)
    expect(classifier.scoreOf(queries[0]!)).toBe(0.5)
  })

  it('weighs votes by log((1 - error) / error) and rows so that the last voter is at chance on them', () => {
    // Four rows, all weights 1/4. The first voter errs on one: say log 3, and that row then weighs 1/2. The second
    // errs on another, which weighs 1/6: say log 5. The third errs on both, which is half or more: it is dropped.
    const answers = [
      [1, 0, 0, 0],
      [1, 1, 0, 1],
      [1, 0, 0, 1],
    ]
    let fit = 0
    const base: Learner = () => {
      const own = answers[fit++]!
      return { scoreOf: (row) => own[row[0]!]! }
    }
    const rows = [0, 1, 2, 3].map((value) => rowOf(value))
    const classifier = adaBoost({ base, rounds: 3 })(
      { rows, labels: Uint8Array.of(1, 1, 0, 0) },
      createRandom(1),
    )
    const says = [Math.log(3), Math.log(5)]
    const second = says[1]! / (says[0]! + says[1]!)
    expect(fit).toBe(3)
    for (const [row, score] of [1, second, 0, second].entries())
      expect(classifier.scoreOf(rowOf(row))).toBeCloseTo(score, 12)
  })

  it('refuses no rounds', () => {
    expect(() => adaBoost({ base: stump, rounds: 0 })).toThrow('expected 1 or more')
  })
})

describe('one-vs-rest', () => {
  it('of two classes is its base', () => {
    const own = scoresOf(naiveBayes()(samples, createRandom(1)), queries)
    expect(scoresOf(oneVsRest({ base: naiveBayes() })(samples, createRandom(1)), queries)).toEqual(own)
  })

  it('shares its scores out among the classes, and gives none to one without rows', () => {
    const rows = [0, 0.1, 0.5, 0.6, 0.9, 1].map((value) => rowOf(value))
    const scorer = fitOneVsRest({ rows, labels: Uint8Array.of(0, 0, 1, 1, 3, 3) }, knn(1), createRandom(1))
    expect(rows.map((row) => Array.from(scorer.scoresOf(row)).indexOf(1))).toEqual([0, 0, 1, 1, 3, 3])
  })

  it('shares evenly where every classifier says no', () => {
    const never: Learner = () => ({ scoreOf: () => 0 })
    const scorer = fitOneVsRest({ rows: [rowOf(1)], labels: Uint8Array.of(3) }, never, createRandom(1))
    expect(Array.from(scorer.scoresOf(rowOf(1)))).toEqual([0.25, 0.25, 0.25, 0.25])
  })
})
