// Scores of features beside those of SciPy and scikit-learn (fixtures/feature-scores.json, written by
// bench/sklearn/feature-scores.py), and cases whose answer is known.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, shuffle } from '#core/random.ts'
import { chiSquared } from '#core/rank-features/chi-squared.ts'
import { impurityDecrease } from '#core/rank-features/impurity-decrease.ts'
import { correlationMatrix, labelCorrelations } from '#core/rank-features/pearson.ts'
import { scaleRow } from '#core/route/forest-score.ts'
import { fitScaler } from '#core/train/min-max-scaler.ts'

const fixture = JSON.parse(readFileSync(new URL('./fixtures/feature-scores.json', import.meta.url), 'utf8'))
const rows: number[][] = fixture.rows
const labels = Uint8Array.from(fixture.labels)
const scale = (values: readonly number[][]) => {
  const scaler = fitScaler(values)
  return values.map((row) => scaleRow(scaler, row))
}

/** Relative where the expected value is large; what is not a number there is 0 here. */
function expectAlike(actual: ArrayLike<number>, expected: readonly (number | null)[], tolerance: number) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) {
    const slack = tolerance * Math.max(1, Math.abs(value ?? 0))
    expect(Math.abs(actual[i]! - (value ?? 0)), `column ${i}`).toBeLessThanOrEqual(slack)
  }
}

/** The same rows and labels in another order. */
function reordered(seed: number) {
  const order = Array.from(rows.keys())
  shuffle(order, createRandom(seed))
  return { rows: order.map((row) => rows[row]!), labels: Uint8Array.from(order, (row) => labels[row]!) }
}

describe('beside SciPy and scikit-learn', () => {
  it('correlations are equal to 1e-9', () => {
    const matrix = correlationMatrix(rows)
    for (const [i, row] of matrix.entries()) expectAlike(row, fixture.correlation[i], 1e-9)
    expectAlike(labelCorrelations(rows, labels), fixture.labelCorrelations, 1e-9)
  })

  it('chi-squared scores are equal to 1e-9', () => {
    expectAlike(chiSquared(scale(rows), labels), fixture.chiSquared, 1e-9)
  })

  it('the impurity decrease of one tree is equal to 1e-9', () => {
    const decrease = impurityDecrease(fixture.tree, scale(rows), labels, rows[0]!.length)
    expectAlike(decrease, fixture.impurityDecrease, 1e-9)
  })
})

describe('whatever the order of rows', () => {
  it.each([1, 2, 3])('correlations and chi-squared stay, order %d', (seed) => {
    const other = reordered(seed)
    for (const [i, row] of correlationMatrix(other.rows).entries())
      expectAlike(row, correlationMatrix(rows)[i]!, 1e-12)
    expectAlike(chiSquared(scale(other.rows), other.labels), chiSquared(scale(rows), labels), 1e-12)
  })
})

describe('correlationMatrix()', () => {
  it('is symmetric, within -1..1 and 1 with itself', () => {
    const table = fc.array(fc.tuple(fc.integer(), fc.double({ min: -9, max: 9, noNaN: true })), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(table, (values) => {
        const [[aa, ab], [ba, bb]] = correlationMatrix(values) as [[number, number], [number, number]]
        expect(ab).toBe(ba)
        expect(Math.abs(ab)).toBeLessThanOrEqual(1)
        for (const [c, own] of [aa, bb].entries()) {
          const isConstant = values.every((row) => row[c] === values[0]![c])
          if (isConstant) expect(own).toBe(0)
          // Squares of the smallest numbers vanish: such a column may count as constant.
          else expect([0, 1]).toContain(own)
        }
      }),
    )
  })

  it('sees a constant column whose mean is rounded as constant', () => {
    const matrix = correlationMatrix(Array.from({ length: 10 }, (_, i) => [0.1, i]))
    expect(matrix).toEqual([
      [0, 0],
      [0, 1],
    ])
  })

  it('is not fooled by a large mean', () => {
    const values = [1, 2, 3, 4].map((x) => [1e9 + x, -x])
    expect(correlationMatrix(values)[0]![1]).toBeCloseTo(-1, 12)
  })
})

describe('chiSquared()', () => {
  it('is what can be counted by hand', () => {
    // Column 0: class sums 0 and 2, expected 1 and 1. Column 1: 1 and 1, expected 1 and 1.
    const values = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]
    expect(chiSquared(values, Uint8Array.of(0, 0, 1, 1))).toEqual([2, 0])
  })

  it.each([0, 1])('is 0 where every label is %d', (label) => {
    expect(chiSquared([[0.2], [1]], Uint8Array.of(label, label))).toEqual([0])
  })

  it('refuses a negative value', () => {
    expect(() => chiSquared([[0], [-0.5]], Uint8Array.of(0, 1))).toThrow(
      'Cannot score column "0": is -0.5 in row 1, expected 0 or more',
    )
  })
})

describe('impurityDecrease()', () => {
  const tree = {
    feature: [1, -1, -1],
    threshold: [5, 0, 0],
    left: [1, 0, 0],
    right: [2, 0, 0],
    value: [0.5, 0, 1],
  }
  it.each([
    ['all to the only feature that is cut', [1, 9], [0, 1], [0, 1]],
    ['a value at the cut goes left', [5, 9], [0, 1], [0, 1]],
    ['nothing where labels do not differ', [1, 9], [1, 1], [0, 0]],
    ['nothing where all rows go one way', [6, 9], [0, 1], [0, 0]],
  ])('%s', (_, values, answers, expected) => {
    const told = values.map((value) => [0, value])
    expect([...impurityDecrease(tree, told, Uint8Array.from(answers), 2)]).toEqual(expected)
  })
})
