// That our learners are scikit-learn's wherever both mean the same: votes, coefficients, margins, probabilities.

import { describe, expect, it } from 'vitest'
import { scoresOf } from '#core/learn/fit-scaled.ts'
import { knn } from '#core/learn/knn.ts'
import { sigmoid } from '#core/learn/learner.ts'
import { fitLinearSvm, linearSvm } from '#core/learn/linear/linear-svm.ts'
import { fitLogistic, logisticRegression } from '#core/learn/linear/logistic-regression.ts'
import { marginOf } from '#core/learn/linear/newton.ts'
import { naiveBayes } from '#core/learn/naive-bayes.ts'
import { fitOneVsRest } from '#core/learn/one-vs-rest.ts'
import { decisionTree } from '#core/learn/tree-learners.ts'
import { createRandom } from '#core/random.ts'
import { expected, queries, samples, threeClasses } from './sklearn-fixture.ts'

/** The greatest difference, none where `theirs` is -1. */
function farthest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length)
  return Math.max(...theirs.map((value, i) => (value === -1 ? 0 : Math.abs(ours[i]! - value))))
}

describe('knn()', () => {
  it.each(expected.knn)('of $k votes as scikit-learn, and by the lowest row at a tie', (theirs) => {
    const classifier = knn(theirs.k)(samples, createRandom(1))
    const votes = Array.from(scoresOf(classifier, queries), (score) => Math.round(score * theirs.k))
    expect(votes).toEqual(theirs.lowestRowVotes)
    expect(farthest(votes, theirs.sklearnVotes)).toBe(0)
  })

  it('is compared on ties that matter, and mostly on others', () => {
    const open = expected.knn.map(({ sklearnVotes }) => sklearnVotes.filter((vote) => vote === -1).length)
    expect(Math.min(...open)).toBeGreaterThan(0)
    expect(Math.max(...open)).toBeLessThan(queries.length / 5)
  })
})

describe('logistic regression', () => {
  it.each(expected.logistic)(
    'has the coefficients of scikit-learn at C = $c, balanced $balanced',
    (theirs) => {
      const { weights, bias } = fitLogistic(samples, { l2: 1 / theirs.c, balanced: theirs.balanced })
      expect(farthest([...weights, bias], [...theirs.weights, theirs.bias])).toBeLessThan(1e-6)
    },
  )

  it('scores by its coefficients', () => {
    const options = { l2: 0.5 }
    const model = fitLogistic(samples, options)
    const classifier = logisticRegression(options)(samples, createRandom(1))
    expect(scoresOf(classifier, queries)).toEqual(
      Float64Array.from(queries, (row) => sigmoid(marginOf(model, row))),
    )
  })
})

describe('linear SVM', () => {
  it.each(expected.svm)(
    'has the margins and the sigmoid of scikit-learn at C = $c, balanced $balanced',
    (theirs) => {
      const options = { c: theirs.c, balanced: theirs.balanced }
      const model = fitLinearSvm(samples, options)
      const margins = queries.map((row) => marginOf(model, row))
      expect(farthest(margins, theirs.decisions)).toBeLessThan(1e-5)
      // scikit-learn's sigmoid is a minimum to BFGS's tolerance only.
      const scores = scoresOf(linearSvm(options)(samples, createRandom(1)), queries)
      const platt = theirs.decisions.map((f) => sigmoid(theirs.plattSlope * f + theirs.plattOffset))
      expect(farthest(scores, platt)).toBeLessThan(1e-4)
    },
  )
})

describe('naiveBayes()', () => {
  it('has the probabilities of scikit-learn', () => {
    const scores = scoresOf(naiveBayes()(samples, createRandom(1)), queries)
    expect(farthest(scores, expected.naiveBayes)).toBeLessThan(1e-9)
  })
})

describe('decisionTree()', () => {
  it.each(expected.tree)('of depth $depth has the leaves of scikit-learn', ({ depth, scores }) => {
    const learner = decisionTree({ depth, minLeaf: 5, balanced: true })
    expect(farthest(scoresOf(learner(samples, createRandom(1)), queries), scores)).toBeLessThan(1e-9)
  })
})

describe('fitOneVsRest()', () => {
  it('has the probabilities of scikit-learn for three classes', () => {
    const scorer = fitOneVsRest(threeClasses, logisticRegression({ l2: 1 }), createRandom(1))
    const ours = queries.flatMap((row) => Array.from(scorer.scoresOf(row)))
    expect(farthest(ours, expected.oneVsRest.flat())).toBeLessThan(1e-6)
  })
})
