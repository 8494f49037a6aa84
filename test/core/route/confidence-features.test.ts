// Features of a model’s own answer lie in 0..1 and keep the order in which they are asked for.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ConfidenceInput } from '#contract/router.ts'
import { answerScore, logisticScore } from '#core/route/answer-score.ts'
import { confidenceFeature, confidenceFeatures } from '#core/route/confidence-features.ts'

const sixth = 1 / 6

describe('confidenceFeature()', () => {
  it.each([
    ['max-softmax', [0.7, 0.2], 0.7],
    ['margin', [0.7, 0.2], 0.5],
    ['margin of a lone class', [0.7], 0.7],
    ['entropy of a sure answer', [1, 0, 0, 0, 0], 0],
    ['entropy of two equal classes', [0.5, 0.5], Math.log(2) / Math.log(6)],
    ['entropy counts the rest as one class', [0.5], Math.log(2) / Math.log(6)],
    ['entropy of six equal classes', Array(5).fill(sixth), 1],
    ['entropy leaves what follows the fifth to the rest', Array(6).fill(sixth), 1],
    ['entropy of a sum just above one', [0.5, 0.5 + 1e-9], Math.log(2) / Math.log(6)],
  ])('%s', (name, probabilities, value) => {
    const input = ConfidenceInput.parse(name.split(' ')[0])
    expect(confidenceFeature(input, probabilities as number[])).toBeCloseTo(value, 7)
  })

  it('lies in 0..1 for the best classes of any distribution', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(weights, (list) => {
        const sum = list.reduce((a, b) => a + b, 0)
        fc.pre(sum > 1e-9)
        const best = list.map((weight) => weight / sum).sort((a, b) => b - a)
        for (const value of confidenceFeatures(ConfidenceInput.options, best.slice(0, 5))) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

test('confidenceFeatures() keeps the order of the inputs', () => {
  expect(confidenceFeatures(['margin', 'max-softmax'], [0.75, 0.25])).toEqual([0.5, 0.75])
})

test.each([
  ['confidence', 0.25],
  ['margin', 0.5],
  ['entropy', -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(6)],
] as const)('answerScore() of %s', (kind, score) => {
  expect(answerScore({ kind, threshold: 0 }, [0.75, 0.25])).toBeCloseTo(score, 12)
})

test.each([
  [[0, 0], 0, [1, 1], 0.5],
  [[2, -1], 0.5, [0.5, 0.25], 1 / (1 + Math.exp(-1.25))],
  [[1e308, 0], 0, [1, 1], 1],
  [[-1e308, 0], 0, [1, 1], 0],
])('logisticScore() with weights %j and bias %d of %j is %d', (weights, bias, values, score) => {
  expect(logisticScore({ weights, bias }, values)).toBeCloseTo(score, 12)
})
