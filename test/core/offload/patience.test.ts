// How long edges are waited for and which is chosen, in numbers.

import { describe, expect, it } from 'vitest'
import { chooseEdge } from '#core/offload/choose-edge.ts'
import { fresh, learn } from '#core/offload/estimate.ts'
import { attemptMs, hedgeAfterMs, usualMs } from '#core/offload/patience.ts'
import { earnRetry, freshRetryBudget, spendRetry } from '#core/offload/retry-budget.ts'

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

describe('attemptMs()', () => {
  it.each([
    ['nothing is known: all of the deadline', [], 2_000, 2_000],
    ['a quick edge: the least', times(64, 20), 2_000, 200],
    ['a slow edge: twice its usual and a margin', times(64, 300), 2_000, 620],
    ['never beyond the deadline', times(64, 1_100), 2_000, 2_000],
    ['one answer that took long changes nothing', [...times(63, 20), 1_900], 2_000, 200],
    ['a deadline below the least', times(64, 20), 80, 80],
  ])('%s', (_, roundTrips, deadlineMs, expected) => {
    expect(attemptMs(roundTrips, deadlineMs)).toBe(expected)
  })

  it('takes the 90th percentile', () => {
    expect(usualMs(Array.from({ length: 100 }, (_, i) => 100 - i))).toBe(90)
  })
})

describe('hedgeAfterMs()', () => {
  it.each([
    ['once the edge is later than usual', times(10, 40), 500, 100, 40],
    ['in time for the local answer', times(10, 450), 500, 100, 400],
    ['at once where the local answer takes all the time there is', times(10, 40), 100, 300, 0],
    ['as late as possible where nothing is known of the edge', [], 500, 100, 400],
  ])('%s', (_, roundTrips, waitMs, localMs, expected) => {
    expect(hedgeAfterMs(roundTrips, { waitMs, localMs })).toBe(expected)
  })
})

describe('chooseEdge()', () => {
  it('takes the one with the least under way, ties by turn', () => {
    expect(chooseEdge([], 5)).toBeUndefined()
    expect(chooseEdge([3, 1, 2], 0)).toBe(1)
    expect([0, 1, 2, 3].map((turn) => chooseEdge([0, 0, 0], turn))).toEqual([0, 1, 2, 0])
    expect([0, 1, 2].map((turn) => chooseEdge([1, 0, 0], turn))).toEqual([1, 1, 2])
  })
})

describe('the retry budget', () => {
  it('has three tries to begin with, then one for ten requests', () => {
    let budget = freshRetryBudget(0)
    let tries = 0
    for (let i = 0; i < 1_000; i++) {
      budget = earnRetry(budget, 0)
      const after = spendRetry(budget)
      if (!after) continue
      budget = after
      tries++
    }
    expect(tries).toBeGreaterThanOrEqual(102)
    expect(tries).toBeLessThanOrEqual(103)
  })

  it('has three more in ten seconds, and never saves up more than ten', () => {
    const empty = { tokens: 0, atMs: 0 }
    expect(earnRetry(empty, 10_000).tokens).toBeCloseTo(3.1)
    expect(earnRetry(empty, 3_600_000).tokens).toBe(10)
  })
})

describe('an estimate', () => {
  it('follows what is measured, and holds for a minute', () => {
    let estimate = learn(undefined, 100, 0)
    expect(fresh(estimate, 0)).toBe(100)
    estimate = learn(estimate, 200, 1_000)
    expect(fresh(estimate, 61_000)).toBe(120)
    expect(fresh(estimate, 61_001)).toBeUndefined()
    expect(fresh(learn(estimate, 7, 61_001), 61_001)).toBe(7)
  })
})
